package dev.kintsugi.tokens.app;

import dev.kintsugi.kit.OpenPaths;
import dev.kintsugi.tokens.adapter.metrics.Totals;
import dev.kintsugi.tokens.adapter.rest.ForecastController;
import dev.kintsugi.tokens.adapter.rest.ForecastPage;
import dev.kintsugi.tokens.adapter.rest.VirtualThreads;
import dev.kintsugi.tokens.runtime.ActivityModels;
import dev.kintsugi.tokens.runtime.ActivitySpeed;
import dev.kintsugi.tokens.runtime.ForecastDesk;
import dev.kintsugi.tokens.runtime.TokenRuntime;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Forecasts and decisions, to be looked at. */
@Configuration(proxyBeanMethods = false)
class ForecastPageBeans {

  @Bean
  ForecastController forecastController(
      ObjectProvider<ActivityModels> models,
      TokenRuntime runtime,
      TokenProperties settings,
      Totals totals,
      ActivitySpeed speed,
      InstantSource clock,
      VirtualThreads threads) {
    ForecastDesk desk =
        new ForecastDesk(
            Optional.ofNullable(models.getIfAvailable()), runtime.decisions(), speed::get, clock);
    String policy = settings.policy().name().toLowerCase(Locale.ROOT);
    return new ForecastController(desk, policy, totals::calibration, threads);
  }

  @Bean
  ForecastPage forecastPage() {
    return new ForecastPage();
  }

  @Bean
  OpenPaths forecastPagePaths() {
    return new OpenPaths(ForecastPage.PATHS);
  }
}
