package dev.kintsugi.gateway.app;

import dev.kintsugi.kit.ClusterProperties;
import dev.kintsugi.log.LogSettings;
import dev.kintsugi.log.ShardMapFollower;
import dev.kintsugi.log.Topics;
import dev.kintsugi.log.activity.ActivityTopic;
import dev.kintsugi.log.activity.KafkaActivityTopic;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The shard map and the activity events, on Kafka. */
@Configuration(proxyBeanMethods = false)
class KafkaWiring {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String CLIENT = "api-gateway";

  @Bean
  Topics topics(ClusterProperties cluster, LogSettings log) {
    Topics topics = new Topics(log);
    topics.ensure(cluster.areas(), PATIENCE);
    return topics;
  }

  /** Made after the topics are there. */
  @Bean
  ShardMapFollower shardMapFollower(LogSettings log, Topics topics) {
    return new ShardMapFollower(log, CLIENT);
  }

  /** Made after the topics are there. */
  @Bean
  ActivityTopic activityTopic(LogSettings log, Topics topics) {
    return new KafkaActivityTopic(log, CLIENT);
  }
}
