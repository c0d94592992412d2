package dev.kintsugi.local;

import java.time.Duration;

/** Told how a start or stop goes on, from several threads, one call at a time. */
public interface StartListener {

  /** Says nothing. */
  StartListener SILENT =
      new StartListener() {
        @Override
        public void note(String text) {}

        @Override
        public void starting(String part) {}

        @Override
        public void ready(String part, Duration took) {}
      };

  /** Something worth a line. */
  void note(String text);

  /** A process was started. */
  void starting(String part);

  /** A process is ready, so long after its start. */
  void ready(String part, Duration took);
}
