package dev.kintsugi.tokens.app;

import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.Objects;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/**
 * A Redis in a container. The image is named by the system property {@code
 * kintsugi.test.redis-image}; it must have {@code redis-server} on its path.
 */
final class RedisContainer implements TestRedis {

  private static final String IMAGE =
      System.getProperty("kintsugi.test.redis-image", "redis:7-alpine");
  private static final int REDIS = 6379;
  private static final int STOP_SECONDS = 5;

  private final int port;
  private final GenericContainer<?> container;

  RedisContainer() throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    // A port that the engine chooses would be another one after each restart.
    PortBinding fixed = new PortBinding(Ports.Binding.bindPort(port), new ExposedPort(REDIS));
    container =
        new GenericContainer<>(DockerImageName.parse(IMAGE))
            .withExposedPorts(REDIS)
            .withCreateContainerCmdModifier(create ->
                Objects.requireNonNullElseGet(create.getHostConfig(), HostConfig::newHostConfig)
                    .withPortBindings(fixed))
            .withCommand(
                "redis-server",
                "--protected-mode",
                "no",
                "--appendonly",
                "yes",
                "--appendfsync",
                "always",
                "--save",
                "")
            // The look from inside, which is the default, asks for a shell in the image.
            .waitingFor(Wait.forLogMessage(".*Ready to accept connections.*", 1));
    container.start();
  }

  @Override
  public void start() {
    container.getDockerClient().startContainerCmd(container.getContainerId()).exec();
  }

  @Override
  public void stop() {
    container
        .getDockerClient()
        .stopContainerCmd(container.getContainerId())
        .withTimeout(STOP_SECONDS)
        .exec();
  }

  @Override
  public String url() {
    return "redis://" + container.getHost() + ":" + port;
  }

  @Override
  public void close() {
    container.stop();
  }
}
