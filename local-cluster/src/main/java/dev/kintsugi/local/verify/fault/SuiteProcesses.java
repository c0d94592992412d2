package dev.kintsugi.local.verify.fault;

import dev.kintsugi.local.Suite;
import java.time.Duration;

/** The processes of a suite that runs on this machine. */
public record SuiteProcesses(Suite suite) implements Processes {

  @Override
  public void kill(String process) {
    suite.kill(process);
  }

  @Override
  public void terminate(String process, Duration limit) {
    suite.terminate(process, limit);
  }

  @Override
  public void start(String process) {
    suite.startGently(process);
  }

  @Override
  public void startAtOnce(String process) {
    suite.start(process);
  }

  @Override
  public void pause(String process) {
    suite.pause(process);
  }

  @Override
  public void resume(String process) {
    suite.resume(process);
  }
}
