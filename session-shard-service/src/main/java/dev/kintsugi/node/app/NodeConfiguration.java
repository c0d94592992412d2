package dev.kintsugi.node.app;

import dev.kintsugi.core.Areas;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.kit.ClusterProperties;
import dev.kintsugi.kit.FatalErrors;
import dev.kintsugi.log.LogSettings;
import dev.kintsugi.log.ShardMapFollower;
import dev.kintsugi.log.Topics;
import dev.kintsugi.node.adapter.json.JsonMergePatch;
import dev.kintsugi.node.adapter.kafka.KafkaNodeLog;
import dev.kintsugi.node.adapter.metrics.MeteredStore;
import dev.kintsugi.node.domain.Lease;
import dev.kintsugi.node.domain.MergePatch;
import dev.kintsugi.node.domain.NodeMachine;
import dev.kintsugi.node.domain.NodeSettings;
import dev.kintsugi.node.runtime.NodeLoop;
import dev.kintsugi.node.runtime.ShardStore;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.http.client.ReactorResourceFactory;

/** The store: logs, machines and the loop that drives them. */
@Configuration(proxyBeanMethods = false)
class NodeConfiguration {

  private static final Duration LOG_AT_START = Duration.ofSeconds(30);

  /** Two, so that a late one leaves no gap; a read that meets one all the same asks for a beat. */
  private static final int BEATS_PER_LEASE = 2;

  @Bean
  Areas areas(ClusterProperties cluster) {
    return cluster.areas();
  }

  @Bean
  MergePatch mergePatch() {
    return new JsonMergePatch();
  }

  @Bean
  SecureRandom secureRandom() {
    return new SecureRandom();
  }

  @Bean
  Clock clock() {
    return Clock.systemUTC();
  }

  /** The settings of a log whose topics are there. */
  @Bean
  @Primary
  LogSettings logWithTopics(
      @Qualifier("logSettings") LogSettings settings, ClusterProperties cluster) {
    new Topics(settings).ensure(cluster.areas(), LOG_AT_START);
    return settings;
  }

  @Bean
  ShardMapFollower shardMaps(LogSettings log, NodeProperties node) {
    return new ShardMapFollower(log, node.id() + "-map");
  }

  @Bean(destroyMethod = "shutdownNow")
  ScheduledExecutorService nodeTimer() {
    ScheduledThreadPoolExecutor timer =
        FatalErrors.timer(2, Thread.ofPlatform().name("node-timer-", 0).daemon(true).factory());
    timer.setRemoveOnCancelPolicy(true);
    return timer;
  }

  /** Where answers are worked on that no event loop has asked for. */
  @Bean(destroyMethod = "shutdownNow")
  ExecutorService nodeAnswers() {
    int threads = Math.max(2, Runtime.getRuntime().availableProcessors());
    return Executors.newFixedThreadPool(
        threads, Thread.ofPlatform().name("node-answers-", 0).daemon(true).factory());
  }

  @Bean
  StoreListeners storeListeners() {
    return new StoreListeners();
  }

  @Bean
  NodeLoop nodeLoop(
      NodeProperties node,
      ClusterProperties cluster,
      Areas areas,
      LogSettings log,
      MergePatch merge,
      Clock clock,
      SecureRandom random,
      ExecutorService nodeAnswers,
      ReactorResourceFactory http,
      StoreListeners listeners) {
    Lease lease =
        new Lease(
            node.lease(),
            node.lease().dividedBy(BEATS_PER_LEASE),
            incarnation(random),
            System.nanoTime());
    NodeMachine machine =
        new NodeMachine(
            node.nodeId(),
            areas,
            lease,
            KafkaNodeLog.leasePartition(node.nodeId()),
            merge,
            NodeSettings.of(Topics.COMPACTION_LAG)
                .withMemoryLimit(node.memoryLimit(Runtime.getRuntime().maxMemory()))
                .withSessionsPerUser(cluster.sessions().maxPerUser()));
    return new NodeLoop(
        machine,
        new KafkaNodeLog(log, areas, node.nodeId()),
        System::nanoTime,
        clock,
        () -> incarnation(random),
        new AnswerThreads(http, nodeAnswers),
        listeners);
  }

  private static Incarnation incarnation(SecureRandom random) {
    long value = random.nextLong();
    return new Incarnation(value == 0 ? 1 : value);
  }

  @Bean
  @Primary
  ShardStore shardStore(NodeLoop loop, MeterRegistry registry) {
    return new MeteredStore(loop, registry);
  }
}
