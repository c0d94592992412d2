package dev.kintsugi.node.adapter.rest;

import dev.kintsugi.core.ShardMaps;
import dev.kintsugi.kit.Activities;
import dev.kintsugi.kit.ClusterProperties;
import dev.kintsugi.node.runtime.ShardStore;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The controllers and what they share. */
@Configuration(proxyBeanMethods = false)
@Import({
  SessionsController.class,
  AreasController.class,
  UsersController.class,
  InternalController.class,
  ActivityController.class
})
public class RestConfiguration {

  @Bean
  Replies replies(ShardStore store, ShardMaps maps) {
    return new Replies(store, new OwnerHints(maps));
  }

  @Bean
  DirectUse directUse(Activities activities) {
    return new DirectUse(activities);
  }

  @Bean
  Guards guards(ClusterProperties cluster) {
    return new Guards(cluster.slotHash());
  }
}
