package dev.kintsugi.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.coordinator.app.CoordinatorProperties;
import dev.kintsugi.node.app.NodeProperties;
import java.lang.reflect.Constructor;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationStyle;

/** Defaults of different services that have to fit each other. */
class DefaultsTest {

  /** What a JVM and its application take on a busy machine before they warm up. */
  private static final Duration BOOT = Duration.ofSeconds(20);

  private static Duration defaultOf(Class<? extends Record> properties, String name) {
    RecordComponent[] components = properties.getRecordComponents();
    Constructor<?> canonical = properties.getDeclaredConstructors()[0];
    for (int i = 0; i < components.length; i++) {
      if (components[i].getName().equals(name)) {
        Parameter parameter = canonical.getParameters()[i];
        return DurationStyle.detectAndParse(parameter.getAnnotation(DefaultValue.class).value()[0]);
      }
    }
    throw new AssertionError(properties + " has no " + name);
  }

  @Test
  void a_dead_nodes_copies_wait_for_longer_than_it_takes_to_start_and_warm_up() {
    Duration back = BOOT.plus(defaultOf(NodeProperties.class, "warmUp"));
    assertThat(defaultOf(CoordinatorProperties.class, "grace")).isGreaterThan(back);
  }
}
