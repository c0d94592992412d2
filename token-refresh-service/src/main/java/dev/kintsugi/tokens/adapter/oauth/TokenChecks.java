package dev.kintsugi.tokens.adapter.oauth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.BadJWSException;
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
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Checks access tokens that are JWTs: signature under a key of the provider, audience. Whatever
 * cannot be checked (opaque and encrypted tokens, those of another issuer, under a shared secret or
 * a key that the provider does not publish any more) is not held against the grant. Thread-safe.
 */
final class TokenChecks {
  /*
   * Whoever calls a token forged ends a session, so that it takes knowledge: the token names this
   * provider as its issuer, and one of its keys, and does not fit that key as the provider has
   * published it a moment ago. A token that names another issuer, or none, may be as good as any,
   * only not ours to judge; one that names no key may be under a key of yesterday.
   *
   * Of its times only the end counts, and that by the provider's clock. A token that says it is not
   * good yet (nbf, iat) will be; a verdict against a session is for good.
   */

  private static final Set<JWSAlgorithm> ALGORITHMS = algorithms();

  private static final Set<JOSEObjectType> TYPES =
      Set.of(
          JOSEObjectType.JWT,
          new JOSEObjectType("at+jwt"),
          new JOSEObjectType("application/at+jwt"));

  private static final TokenCheck BAD_SIGNATURE = new TokenCheck.Forged("signature");
  private static final TokenCheck UNCHECKED = new TokenCheck.Unchecked();

  private final ProviderKeys keys;
  private final Optional<URI> issuer;
  private final Verification settings;
  private final ProviderClock providersClock;

  /**
   * Checks of one provider's tokens.
   *
   * @param issuer by the name of which its tokens are known; empty: not known, so that none is
   *     called forged for its signature
   * @param providersClock by which its tokens are dated
   */
  TokenChecks(
      ProviderKeys keys,
      Optional<URI> issuer,
      Verification settings,
      ProviderClock providersClock) {
    this.keys = keys;
    this.issuer = issuer;
    this.settings = settings;
    this.providersClock = providersClock;
  }

  private static Set<JWSAlgorithm> algorithms() {
    Set<JWSAlgorithm> asymmetric = new LinkedHashSet<>(JWSAlgorithm.Family.RSA);
    asymmetric.addAll(JWSAlgorithm.Family.EC);
    return Set.copyOf(asymmetric);
  }

  TokenCheck check(Secret token) {
    if (!settings.on()) {
      return UNCHECKED;
    }
    JWT parsed;
    Optional<String> named;
    try {
      parsed = JWTParser.parse(token.value());
      JWTClaimsSet claims = parsed.getJWTClaimsSet();
      named = Optional.ofNullable(claims == null ? null : claims.getIssuer());
    } catch (ParseException | RuntimeException opaque) {
      return UNCHECKED;
    }
    boolean ours = named.filter(this::isIssuer).isPresent();
    if (parsed instanceof PlainJWT) {
      return ours ? new TokenCheck.Forged("unsigned") : UNCHECKED;
    }
    boolean foreign = named.isPresent() && issuer.isPresent() && !ours;
    if (foreign || !(parsed instanceof SignedJWT signed) || !isKnownForm(signed.getHeader())) {
      return UNCHECKED;
    }
    boolean accusable = ours && signed.getHeader().getKeyID() != null;
    return keys.fitting(signed.getHeader())
        .map(fitting -> checkOnceMore(signed, fitting, accusable))
        .orElse(UNCHECKED);
  }

  private static boolean isKnownForm(JWSHeader header) {
    return ALGORITHMS.contains(header.getAlgorithm())
        && (header.getType() == null || TYPES.contains(header.getType()))
        && header.getCriticalParams() == null;
  }

  /** A provider may have taken up a key since, under the name of another or without any. */
  private TokenCheck checkOnceMore(SignedJWT token, JWKSet fitting, boolean accusable) {
    TokenCheck first = check(token, fitting);
    if (!first.equals(BAD_SIGNATURE)) {
      return first;
    }
    TokenCheck second =
        keys.renewed(token.getHeader()).map(renewed -> check(token, renewed)).orElse(UNCHECKED);
    return second.equals(BAD_SIGNATURE) && !accusable ? UNCHECKED : second;
  }

  private TokenCheck check(SignedJWT token, JWKSet fitting) {
    DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
    processor.setJWSTypeVerifier((_, _) -> {});
    processor.setJWSKeySelector(
        new JWSVerificationKeySelector<>(ALGORITHMS, new ImmutableJWKSet<>(fitting)));
    processor.setJWTClaimsSetVerifier((_, _) -> {});
    JWTClaimsSet claims;
    try {
      claims = processor.process(token, null);
    } catch (BadJWSException bad) {
      return BAD_SIGNATURE;
    } catch (BadJOSEException | JOSEException | RuntimeException cannotTell) {
      return UNCHECKED;
    }
    if (settings.audience().filter(wanted -> !claims.getAudience().contains(wanted)).isPresent()) {
      return new TokenCheck.Forged("audience");
    }
    return new TokenCheck.Sound(
        Optional.ofNullable(claims.getExpirationTime())
            .map(end -> providersClock.ours(end.toInstant())));
  }

  private boolean isIssuer(String named) {
    return issuer.filter(it -> bare(it.toString()).equals(bare(named))).isPresent();
  }

  private static String bare(String url) {
    return url.replaceAll("/+$", "");
  }
}
