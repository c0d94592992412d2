package dev.kintsugi.tokens.app;

import dev.kintsugi.log.LogSettings;
import dev.kintsugi.log.Topics;
import dev.kintsugi.tokens.adapter.kafka.KafkaActivity;
import dev.kintsugi.tokens.adapter.rest.ActivitySpeedController;
import dev.kintsugi.tokens.domain.forecast.ModelShare.Taken;
import dev.kintsugi.tokens.runtime.ActivityModels;
import dev.kintsugi.tokens.runtime.ActivitySpeed;
import dev.kintsugi.tokens.runtime.Costs;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What the policy predictive rests on. */
@Configuration(proxyBeanMethods = false)
class ForecastBeans {

  @Bean
  Costs costs(TokenProperties settings, MeterRegistry registry) {
    Costs costs = new Costs(settings.forecast().aim(), System::nanoTime);
    registry.gauge("kintsugi.tokens.forecast.cost", costs, Costs::cost);
    return costs;
  }

  @Bean
  ActivitySpeed activitySpeed() {
    return new ActivitySpeed();
  }

  @Bean
  ActivitySpeedController activitySpeedController(ActivitySpeed speed) {
    return new ActivitySpeedController(speed);
  }

  /** Only where somebody asks for them. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnProperty(
      prefix = "kintsugi.tokens",
      name = "policy",
      havingValue = "predictive",
      matchIfMissing = true)
  static class Predictive {

    @Bean
    ActivityModels activityModels(TokenProperties settings, MeterRegistry registry) {
      ActivityModels models =
          new ActivityModels(
              KafkaActivity::shareOf,
              settings.forecast().horizon(),
              Math.max(1, settings.forecast().maxUsers() / Topics.ACTIVITY_PARTITIONS));
      registry.gauge("kintsugi.tokens.forecast.users", models, ActivityModels::users);
      registry.gauge("kintsugi.tokens.forecast.unwritten", models, ActivityModels::unwritten);
      registry.gauge("kintsugi.tokens.forecast.behind", models, ActivityModels::behind);
      return models;
    }

    /** Closed before the runtime ends: what it learned last is written down. */
    @Bean(destroyMethod = "close")
    KafkaActivity activity(
        LogSettings log, TokenProperties settings, ActivityModels models, MeterRegistry registry) {
      KafkaActivity activity = new KafkaActivity(log, models, settings.forecast().checkpoint());
      for (Taken outcome : Taken.values()) {
        count(registry, activity, outcome);
      }
      FunctionCounter.builder("kintsugi.tokens.activity", activity, KafkaActivity::malformed)
          .tag("outcome", "malformed")
          .register(registry);
      FunctionCounter.builder(
              "kintsugi.tokens.forecast.unreadable", activity, KafkaActivity::unreadable)
          .description("models that could not be read and are learned again")
          .register(registry);
      registry.gauge("kintsugi.tokens.activity.behind", activity, KafkaActivity::behind);
      return activity.start();
    }

    private static void count(MeterRegistry registry, KafkaActivity activity, Taken outcome) {
      FunctionCounter.builder("kintsugi.tokens.activity", activity, it -> it.count(outcome))
          .tag("outcome", outcome.name().toLowerCase(Locale.ROOT).replace('_', '-'))
          .register(registry);
    }
  }
}
