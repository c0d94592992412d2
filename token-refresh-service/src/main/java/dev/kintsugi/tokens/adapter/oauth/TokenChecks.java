package dev.kintsugi.tokens.adapter.oauth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import dev.kintsugi.tokens.adapter.oauth.ProviderSettings.Verification;
import dev.kintsugi.tokens.domain.Secret;
import dev.kintsugi.tokens.domain.TokenCheck;
import java.net.URI;
import java.text.ParseException;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Checks access tokens that are JWTs: signature under a key of the provider, issuer, audience.
 * Whatever cannot be checked (opaque and encrypted tokens, those under a shared secret or a key
 * that the provider does not publish any more) is not held against the grant. Thread-safe.
 */
final class TokenChecks {

  private static final Set<JWSAlgorithm> ALGORITHMS = algorithms();

  private static final TokenCheck BAD_SIGNATURE = new TokenCheck.Forged("signature");

  private final ProviderKeys keys;
  private final Optional<URI> issuer;
  private final Verification settings;

  /**
   * Checks of one provider's tokens.
   *
   * @param issuer that tokens must name if they name any; empty: not known
   */
  TokenChecks(ProviderKeys keys, Optional<URI> issuer, Verification settings) {
    this.keys = keys;
    this.issuer = issuer;
    this.settings = settings;
  }

  private static Set<JWSAlgorithm> algorithms() {
    Set<JWSAlgorithm> asymmetric = new LinkedHashSet<>(JWSAlgorithm.Family.RSA);
    asymmetric.addAll(JWSAlgorithm.Family.EC);
    return Set.copyOf(asymmetric);
  }

  TokenCheck check(Secret token) {
    if (!settings.on()) {
      return new TokenCheck.Unchecked();
    }
    JWT parsed;
    try {
      parsed = JWTParser.parse(token.value());
    } catch (ParseException | RuntimeException opaque) {
      return new TokenCheck.Unchecked();
    }
    if (parsed instanceof PlainJWT) {
      return new TokenCheck.Forged("unsigned");
    }
    if (!(parsed instanceof SignedJWT signed)
        || !ALGORITHMS.contains(signed.getHeader().getAlgorithm())) {
      return new TokenCheck.Unchecked();
    }
    return keys.fitting(signed.getHeader())
        .map(fitting -> checkOnceMore(signed, fitting))
        .orElseGet(TokenCheck.Unchecked::new);
  }

  /** A provider may have taken up a key since, under the name of another or without any. */
  private TokenCheck checkOnceMore(SignedJWT token, JWKSet fitting) {
    TokenCheck first = check(token, fitting);
    if (!first.equals(BAD_SIGNATURE)) {
      return first;
    }
    return keys.renewed(token.getHeader()).map(renewed -> check(token, renewed)).orElse(first);
  }

  private TokenCheck check(SignedJWT token, JWKSet fitting) {
    DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
    processor.setJWSTypeVerifier(
        new DefaultJOSEObjectTypeVerifier<>(
            JOSEObjectType.JWT,
            new JOSEObjectType("at+jwt"),
            new JOSEObjectType("application/at+jwt"),
            null));
    processor.setJWSKeySelector(
        new JWSVerificationKeySelector<>(ALGORITHMS, new ImmutableJWKSet<>(fitting)));
    processor.setJWTClaimsSetVerifier((_, _) -> {});
    JWTClaimsSet claims;
    try {
      claims = processor.process(token, null);
    } catch (BadJOSEException | JOSEException | RuntimeException bad) {
      return BAD_SIGNATURE;
    }
    if (claims.getIssuer() != null && issuer.isPresent() && !isIssuer(claims.getIssuer())) {
      return new TokenCheck.Forged("issuer");
    }
    if (settings.audience().filter(wanted -> !claims.getAudience().contains(wanted)).isPresent()) {
      return new TokenCheck.Forged("audience");
    }
    return new TokenCheck.Sound(
        Optional.ofNullable(claims.getExpirationTime()).map(Date::toInstant));
  }

  private boolean isIssuer(String named) {
    return issuer.filter(it -> bare(it.toString()).equals(bare(named))).isPresent();
  }

  private static String bare(String url) {
    return url.replaceAll("/+$", "");
  }
}
