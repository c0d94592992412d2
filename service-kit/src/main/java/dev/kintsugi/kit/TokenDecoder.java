package dev.kintsugi.kit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.JwtValidationException;
import org.springframework.security.oauth2.jwt.MappedJwtClaimSetConverter;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import reactor.core.publisher.Mono;

/**
 * Verifies bearer tokens: RS256 or ES256 under a key of the issuer, then the claims. What has been
 * verified is kept, by its hash, so that a token costs one signature check; its times are checked
 * each time. Thread-safe.
 *
 * <p>A token that is not good ends in a {@link BadJwtException}; any other {@link JwtException}
 * says that the issuer could not be asked.
 */
final class TokenDecoder implements ReactiveJwtDecoder {

  private static final int LONGEST_TOKEN = 7 * 1024;
  private static final int MOST_TOKENS = 10_000;
  private static final Duration KEPT = Duration.ofMinutes(5);
  private static final Set<JWSAlgorithm> ALGORITHMS =
      Set.of(JWSAlgorithm.RS256, JWSAlgorithm.ES256);

  private final IssuerKeys issuer;
  private final OAuth2TokenValidator<Jwt> validator;
  private final MappedJwtClaimSetConverter claims =
      MappedJwtClaimSetConverter.withDefaults(Map.of());
  private final Cache<HashCode, Jwt> verified =
      Caffeine.newBuilder().maximumSize(MOST_TOKENS).expireAfterWrite(KEPT).build();

  TokenDecoder(IssuerKeys issuer, OAuth2TokenValidator<Jwt> validator) {
    this.issuer = issuer;
    this.validator = validator;
  }

  @Override
  public Mono<Jwt> decode(String token) {
    if (token.length() > LONGEST_TOKEN) {
      return Mono.error(new BadJwtException("the token is too long"));
    }
    return Mono.defer(() -> {
      HashCode hash = Hashing.sha256().hashString(token, StandardCharsets.UTF_8);
      Jwt known = verified.getIfPresent(hash);
      return known != null
          ? Mono.just(checked(known))
          : verify(token).doOnNext(jwt -> verified.put(hash, jwt));
    });
  }

  private Mono<Jwt> verify(String token) {
    SignedJWT parsed;
    try {
      parsed = SignedJWT.parse(token);
    } catch (ParseException | IllegalArgumentException e) {
      return Mono.error(new BadJwtException("not a signed JWT", e));
    }
    if (!ALGORITHMS.contains(parsed.getHeader().getAlgorithm())) {
      return Mono.error(new BadJwtException("the token must be signed by RS256 or ES256"));
    }
    return Mono.fromFuture(() -> issuer.keysFor(parsed.getHeader(), System.nanoTime()), true)
        .onErrorMap(e -> new JwtException("the issuer's keys cannot be had", e))
        .map(keys -> checked(verified(token, parsed, keys)));
  }

  private Jwt verified(String token, SignedJWT parsed, JWKSet keys) {
    DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
    processor.setJWSTypeVerifier(
        new DefaultJOSEObjectTypeVerifier<>(
            JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
    processor.setJWSKeySelector(
        new JWSVerificationKeySelector<>(ALGORITHMS, new ImmutableJWKSet<>(keys)));
    processor.setJWTClaimsSetVerifier((_, _) -> {});
    try {
      JWTClaimsSet claimsSet = processor.process(parsed, null);
      Map<String, Object> converted = claims.convert(claimsSet.getClaims());
      return Jwt.withTokenValue(token)
          .headers(headers -> headers.putAll(new HashMap<>(parsed.getHeader().toJSONObject())))
          .claims(all -> all.putAll(converted))
          .build();
    } catch (BadJOSEException | JOSEException | RuntimeException e) {
      throw new BadJwtException("the token's signature or form is not good", e);
    }
  }

  private Jwt checked(Jwt jwt) {
    OAuth2TokenValidatorResult result = validator.validate(jwt);
    if (result.hasErrors()) {
      throw new JwtValidationException("the token's claims are not good", result.getErrors());
    }
    return jwt;
  }
}
