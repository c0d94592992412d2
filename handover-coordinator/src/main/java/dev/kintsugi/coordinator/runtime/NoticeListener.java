package dev.kintsugi.coordinator.runtime;

import dev.kintsugi.coordinator.domain.Notice;

/** Hears what happens, on the loop's thread: must not block and must not throw. */
@FunctionalInterface
public interface NoticeListener {
  void on(Notice notice);
}
