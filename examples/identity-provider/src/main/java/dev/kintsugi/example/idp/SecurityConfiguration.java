package dev.kintsugi.example.idp;

import static org.springframework.security.config.Customizer.withDefaults;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.http.MediaType;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationValidator;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientCredentialsAuthenticationProvider;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.oauth2.server.authorization.settings.AuthorizationServerSettings;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.LoginUrlAuthenticationEntryPoint;
import org.springframework.security.web.session.HttpSessionEventPublisher;
import org.springframework.security.web.util.matcher.MediaTypeRequestMatcher;

/** Who may call what, and the parts of the authorization server that are our own. */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {

  @Bean
  @Order(1)
  SecurityFilterChain protocol(HttpSecurity http, ScopeRules scopes) {
    http.oauth2AuthorizationServer(server -> {
      http.securityMatcher(server.getEndpointsMatcher());
      server.oidc(withDefaults());
      server.authorizationEndpoint(
          endpoint -> endpoint.authenticationProviders(all -> addUserRules(all, scopes)));
      server.tokenEndpoint(
          endpoint -> endpoint.authenticationProviders(all -> addApplicationRules(all, scopes)));
    });
    http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated());
    http.oauth2ResourceServer(resources -> resources.jwt(withDefaults()));
    MediaTypeRequestMatcher browser = new MediaTypeRequestMatcher(MediaType.TEXT_HTML);
    browser.setIgnoredMediaTypes(Set.of(MediaType.ALL));
    http.exceptionHandling(exceptions ->
        exceptions.defaultAuthenticationEntryPointFor(
            new LoginUrlAuthenticationEntryPoint("/login"), browser));
    return http.build();
  }

  @Bean
  @Order(2)
  SecurityFilterChain admin(HttpSecurity http) {
    http.securityMatcher("/admin/**");
    http.authorizeHttpRequests(requests ->
        requests
            .anyRequest()
            .access((who, request) ->
                new AuthorizationDecision(
                    isLocal(request.getRequest().getRemoteAddr())
                        && who.get().getAuthorities().stream()
                            .anyMatch(has -> "SCOPE_kintsugi.admin".equals(has.getAuthority())))));
    http.oauth2ResourceServer(resources -> resources.jwt(withDefaults()));
    http.sessionManagement(
        sessions -> sessions.sessionCreationPolicy(SessionCreationPolicy.STATELESS));
    http.csrf(csrf -> csrf.disable());
    return http.build();
  }

  @Bean
  @Order(3)
  SecurityFilterChain login(HttpSecurity http) {
    http.authorizeHttpRequests(requests ->
        requests
            .requestMatchers("/actuator/health/**", "/actuator/info", "/error")
            .permitAll()
            .anyRequest()
            .authenticated());
    http.formLogin(withDefaults());
    return http.build();
  }

  /** Timing each security filter costs more than the filters. */
  @Bean
  SecurityObservationSettings securityObservations() {
    return SecurityObservationSettings.noObservations();
  }

  @Bean
  AuthenticationProvider users(IdpProperties properties) {
    return new AnyUser(properties.devPassword());
  }

  /**
   * Tells the registry of signed-in sessions when one has ended; without it that would only grow.
   */
  @Bean
  HttpSessionEventPublisher sessionEvents() {
    return new HttpSessionEventPublisher();
  }

  @Bean
  PlainSecrets secrets() {
    return new PlainSecrets();
  }

  @Bean
  TokenLifetimes tokenLifetimes(IdpProperties properties) {
    return new TokenLifetimes(properties.accessTokenTtl(), properties.refreshTokenTtl());
  }

  @Bean
  ScopeRules scopeRules(IdpProperties properties) {
    return new ScopeRules(properties.clients());
  }

  @Bean
  RegisteredClientRepository clients(IdpProperties properties, TokenLifetimes lifetimes) {
    return new ConfiguredClients(properties.clients(), lifetimes);
  }

  @Bean
  OAuth2AuthorizationService authorizations(IdpProperties properties) {
    return new ExpiringAuthorizations(properties.maxAuthorizations(), InstantSource.system());
  }

  @Bean
  JWKSource<SecurityContext> keys(IdpProperties properties) {
    return new ImmutableJWKSet<>(new JWKSet(SigningKey.in(properties.keyFile())));
  }

  @Bean
  AuthorizationServerSettings authorizationServerSettings(IdpProperties properties) {
    return AuthorizationServerSettings.builder().issuer(properties.issuer().toString()).build();
  }

  private static void addUserRules(List<AuthenticationProvider> providers, ScopeRules scopes) {
    for (AuthenticationProvider provider : providers) {
      if (provider instanceof OAuth2AuthorizationCodeRequestAuthenticationProvider codes) {
        codes.setAuthenticationValidator(
            new OAuth2AuthorizationCodeRequestAuthenticationValidator()
                .andThen(scopes::checkUserRequest));
      }
    }
  }

  private static void addApplicationRules(
      List<AuthenticationProvider> providers, ScopeRules scopes) {
    for (AuthenticationProvider provider : providers) {
      if (provider instanceof OAuth2ClientCredentialsAuthenticationProvider credentials) {
        credentials.setAuthenticationValidator(scopes::checkApplicationRequest);
      }
    }
  }

  private static boolean isLocal(String address) {
    try {
      return InetAddress.getByName(address).isLoopbackAddress();
    } catch (UnknownHostException noAddress) {
      return false;
    }
  }
}
