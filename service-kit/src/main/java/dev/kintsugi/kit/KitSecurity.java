package dev.kintsugi.kit;

import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.annotation.web.reactive.EnableWebFluxSecurity;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtIssuerValidator;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.web.server.MatcherSecurityWebFilterChain;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.context.NoOpServerSecurityContextRepository;
import org.springframework.security.web.server.firewall.ServerExchangeRejectedHandler;
import org.springframework.security.web.server.firewall.ServerWebExchangeFirewall;
import org.springframework.security.web.server.firewall.StrictServerWebExchangeFirewall;
import org.springframework.security.web.server.savedrequest.NoOpServerRequestCache;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatcher;
import reactor.core.publisher.Mono;

/** Who may call what: see docs/contracts.md, "Who may call". */
@Configuration(proxyBeanMethods = false)
@EnableWebFluxSecurity
class KitSecurity {

  /** Timing each filter of the chain costs more than the filters, and nobody looks at it. */
  @Bean
  SecurityObservationSettings securityObservations() {
    return SecurityObservationSettings.noObservations();
  }

  @Bean
  InternalSecret internalSecret(ClusterProperties cluster) {
    return new InternalSecret(cluster.internalSecret());
  }

  @Bean
  @ConditionalOnMissingBean
  ReactiveJwtDecoder jwtDecoder(ClusterProperties cluster, HttpClient http) {
    return new TokenDecoder(new IssuerKeys(http, cluster.issuer()), claimsOf(cluster));
  }

  private static OAuth2TokenValidator<Jwt> claimsOf(ClusterProperties cluster) {
    JwtTimestampValidator times = new JwtTimestampValidator(cluster.clockSkew());
    times.setAllowEmptyExpiryClaim(false);
    OAuth2TokenValidator<Jwt> audience =
        jwt ->
            cluster.audience().isEmpty() || audienceOf(jwt).contains(cluster.audience())
                ? OAuth2TokenValidatorResult.success()
                : invalid("aud");
    return new DelegatingOAuth2TokenValidator<>(
        times, new JwtIssuerValidator(cluster.issuer()), audience, KitSecurity::namesACaller);
  }

  private static Collection<String> audienceOf(Jwt jwt) {
    List<String> audience = jwt.getAudience();
    return audience == null ? List.of() : audience;
  }

  private static OAuth2TokenValidatorResult namesACaller(Jwt jwt) {
    try {
      Callers.of(jwt);
      return OAuth2TokenValidatorResult.success();
    } catch (IllegalArgumentException e) {
      return invalid("client_id or sub");
    }
  }

  private static OAuth2TokenValidatorResult invalid(String claim) {
    return OAuth2TokenValidatorResult.failure(
        new OAuth2Error(
            OAuth2ErrorCodes.INVALID_TOKEN, "the token's " + claim + " is not good", null));
  }

  /**
   * {@link InternalSecret} alone guards the internal paths; heartbeats come many times a second.
   */
  @Bean
  @Order(Ordered.HIGHEST_PRECEDENCE)
  SecurityWebFilterChain internalChain() {
    return new MatcherSecurityWebFilterChain(
        exchange ->
            InternalSecret.isInternal(exchange.getRequest())
                ? ServerWebExchangeMatcher.MatchResult.match()
                : ServerWebExchangeMatcher.MatchResult.notMatch(),
        List.of((exchange, chain) -> chain.filter(exchange)));
  }

  /** The chain for everything that a service does not cover with a chain of its own before it. */
  @Bean
  @Order(Ordered.LOWEST_PRECEDENCE - 10)
  SecurityWebFilterChain kitChain(
      ServerHttpSecurity http,
      ObjectProvider<OpenPaths> open,
      ObjectProvider<SignedInPaths> signedIn) {
    String[] openPaths =
        open.stream().flatMap(paths -> paths.patterns().stream()).toArray(String[]::new);
    List<String> callersPaths = new ArrayList<>(List.of("/v1/**"));
    signedIn.stream().forEach(paths -> callersPaths.addAll(paths.patterns()));
    return http.csrf(ServerHttpSecurity.CsrfSpec::disable)
        .httpBasic(ServerHttpSecurity.HttpBasicSpec::disable)
        .formLogin(ServerHttpSecurity.FormLoginSpec::disable)
        .logout(ServerHttpSecurity.LogoutSpec::disable)
        .requestCache(cache -> cache.requestCache(NoOpServerRequestCache.getInstance()))
        .securityContextRepository(NoOpServerSecurityContextRepository.getInstance())
        .authorizeExchange(exchange -> {
          exchange
              .pathMatchers(
                  HttpMethod.GET, "/actuator/health/**", "/actuator/info", "/actuator/prometheus")
              .permitAll();
          if (openPaths.length > 0) {
            exchange.pathMatchers(openPaths).permitAll();
          }
          exchange
              .pathMatchers("/admin/**", "/actuator/**")
              .hasAuthority("SCOPE_" + Callers.ADMIN)
              .pathMatchers(callersPaths.toArray(String[]::new))
              .authenticated()
              .anyExchange()
              .denyAll();
        })
        .oauth2ResourceServer(server ->
            server
                .authenticationEntryPoint(
                    (exchange, _) -> Problems.write(exchange, Problems.unauthorized()))
                .accessDeniedHandler(
                    (exchange, _) -> Problems.write(exchange, Problems.forbidden()))
                .jwt(jwt -> jwt.jwtAuthenticationConverter(KitSecurity::authenticated)))
        .exceptionHandling(handling ->
            handling
                .authenticationEntryPoint(
                    (exchange, _) -> Problems.write(exchange, Problems.unauthorized()))
                .accessDeniedHandler(
                    (exchange, _) -> Problems.write(exchange, Problems.forbidden())))
        .build();
  }

  private static Mono<JwtAuthenticationToken> authenticated(Jwt jwt) {
    List<GrantedAuthority> authorities =
        Callers.scopes(jwt).stream()
            .<GrantedAuthority>map(scope -> new SimpleGrantedAuthority("SCOPE_" + scope))
            .toList();
    return Mono.just(new JwtAuthenticationToken(jwt, authorities));
  }

  /** User ids may hold slashes and per cent signs, encoded; paths are matched by segment. */
  @Bean
  @ConditionalOnMissingBean
  ServerWebExchangeFirewall firewall() {
    StrictServerWebExchangeFirewall firewall = new StrictServerWebExchangeFirewall();
    firewall.setAllowUrlEncodedSlash(true);
    firewall.setAllowUrlEncodedDoubleSlash(true);
    firewall.setAllowUrlEncodedPercent(true);
    firewall.setAllowedHeaderValues(HeaderValues::allowed);
    return firewall;
  }

  @Bean
  @ConditionalOnMissingBean
  ServerExchangeRejectedHandler rejectedHandler() {
    return (exchange, _) ->
        Problems.write(
            exchange, Problems.malformed("The path, a header or the method is malformed."));
  }
}
