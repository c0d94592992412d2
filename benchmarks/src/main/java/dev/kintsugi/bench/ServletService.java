package dev.kintsugi.bench;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import dev.kintsugi.kit.Callers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtIssuerValidator;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.JwtValidationException;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/**
 * The other candidate for a node's HTTP stack: MVC on Tomcat, a virtual thread for each request,
 * with the like of service-kit's security in front and the same two endpoints.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableWebSecurity
@Import(ServletService.Endpoints.class)
public class ServletService {

  /** Runs until it is told to stop. */
  public static void main(String[] arguments) {
    SpringApplication.run(ServletService.class, arguments);
  }

  @Bean
  Echo echo(Environment environment) {
    return new Echo(environment.getRequiredProperty("bench.kafka"));
  }

  @Bean
  SecurityObservationSettings securityObservations() {
    return SecurityObservationSettings.noObservations();
  }

  /** As service-kit's: a token costs one signature check, its claims are checked each time. */
  @Bean
  JwtDecoder jwtDecoder(Environment environment) {
    String issuer = environment.getRequiredProperty("bench.issuer");
    NimbusJwtDecoder checking =
        NimbusJwtDecoder.withJwkSetUri(issuer + "/keys")
            .validateType(false)
            .jwtProcessorCustomizer(it -> it.setJWSTypeVerifier((_, _) -> {}))
            .build();
    // Not Spring's usual ones: they want typ to be JWT, and access tokens have at+jwt (RFC 9068).
    var claims =
        new DelegatingOAuth2TokenValidator<>(
            new JwtTimestampValidator(), new JwtIssuerValidator(issuer));
    checking.setJwtValidator(claims);
    Cache<HashCode, Jwt> verified = Caffeine.newBuilder().maximumSize(10_000).build();
    return token -> {
      Jwt jwt =
          verified.get(
              Hashing.sha256().hashString(token, StandardCharsets.UTF_8),
              _ -> checking.decode(token));
      var result = claims.validate(jwt);
      if (result.hasErrors()) {
        throw new JwtValidationException("the token's claims are not good", result.getErrors());
      }
      return jwt;
    };
  }

  @Bean
  SecurityFilterChain chain(HttpSecurity http) {
    return http.csrf(AbstractHttpConfigurer::disable)
        .httpBasic(AbstractHttpConfigurer::disable)
        .formLogin(AbstractHttpConfigurer::disable)
        .logout(AbstractHttpConfigurer::disable)
        .requestCache(AbstractHttpConfigurer::disable)
        .sessionManagement(it -> it.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
        .authorizeHttpRequests(it ->
            it.requestMatchers("/actuator/health/**")
                .permitAll()
                .requestMatchers("/v1/**")
                .authenticated()
                .anyRequest()
                .denyAll())
        .oauth2ResourceServer(server -> server.jwt(_ -> {}))
        .build();
  }

  /** A constant of a size, and a bare append with read-back. */
  @RestController
  static final class Endpoints {

    private final Map<Integer, byte[]> constants = new ConcurrentHashMap<>();
    private final Echo echo;

    Endpoints(Echo echo) {
      this.echo = echo;
    }

    @GetMapping("/v1/constant/{bytes}")
    ResponseEntity<byte[]> constant(@PathVariable int bytes, JwtAuthenticationToken token) {
      var _ = Callers.of(token.getToken());
      return json(
          constants.computeIfAbsent(
              bytes, size -> "x".repeat(size).getBytes(StandardCharsets.US_ASCII)));
    }

    @PutMapping("/v1/append")
    ResponseEntity<byte[]> append(@RequestBody byte[] body, JwtAuthenticationToken token) {
      var _ = Callers.of(token.getToken());
      long offset = echo.append(body).join();
      return json(("{\"version\":" + offset + '}').getBytes(StandardCharsets.US_ASCII));
    }

    private static ResponseEntity<byte[]> json(byte[] body) {
      return ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(body);
    }
  }
}
