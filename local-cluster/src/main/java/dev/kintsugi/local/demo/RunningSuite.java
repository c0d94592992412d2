package dev.kintsugi.local.demo;

import dev.kintsugi.local.Suite;
import java.net.URI;
import java.util.List;

/** The suite that runs on this machine. */
record RunningSuite(Suite suite) implements DemoSuite {

  @Override
  public URI gateway() {
    return suite.urls().gateway();
  }

  @Override
  public URI identityProvider() {
    return suite.urls().identityProvider();
  }

  @Override
  public URI tokenService() {
    return suite.urls().tokenService();
  }

  @Override
  public List<URI> coordinators() {
    return suite.urls().coordinators();
  }

  @Override
  public String kafka() {
    return suite.urls().kafka();
  }

  @Override
  public String adminToken() {
    return suite.adminToken();
  }

  @Override
  public void kill(String process) {
    suite.kill(process);
  }

  @Override
  public void start(String process) {
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
