package dev.kintsugi.node.app;

import dev.kintsugi.kit.Activities;
import dev.kintsugi.kit.ActivityMeters;
import dev.kintsugi.log.LogSettings;
import dev.kintsugi.log.activity.ActivityOutbox;
import dev.kintsugi.log.activity.ActivityTopic;
import dev.kintsugi.log.activity.KafkaActivityTopic;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What users do who come straight to the node, for the forecasts of their tokens. */
@Configuration(proxyBeanMethods = false)
class DirectUseConfiguration {

  @Bean
  ActivityTopic activityTopic(LogSettings log, NodeProperties node) {
    return new KafkaActivityTopic(log, node.id() + "-activity");
  }

  @Bean
  ActivityOutbox activityOutbox(ActivityTopic topic, NodeProperties node, MeterRegistry registry) {
    ActivityOutbox outbox = new ActivityOutbox(topic, node.activityBuffer());
    ActivityMeters.bind(registry, "kintsugi.node.activity", outbox);
    return outbox;
  }

  @Bean
  Activities activities(ActivityOutbox outbox, Clock clock, NodeProperties node) {
    return new Activities(outbox, clock, node.trustActivityTime());
  }
}
