package dev.kintsugi.tokens.adapter.oauth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import java.util.UUID;

/**
 * The private key with which this client signs who it is: {@code private_key_jwt} of OpenID Connect
 * Core §9, by RFC 7523 §2.2 and §3. Thread-safe.
 */
public final class AssertionKey {

  /** An assertion serves one request; a stolen one is of no use soon after. */
  static final Duration LIFETIME = Duration.ofMinutes(1);

  private static final int LEAST_RSA_BITS = 2048;

  private final JWSSigner signer;
  private final JWSHeader header;

  /**
   * A key that can sign.
   *
   * @param keyId by which the provider finds the public key; empty: it has but one
   * @throws IllegalArgumentException if the key does not fit the algorithm, or is too weak for it
   */
  public AssertionKey(PrivateKey key, SigningAlgorithm algorithm, Optional<String> keyId) {
    this.signer =
        switch (algorithm) {
          case RS256, PS256 -> rsa(key, algorithm);
          case ES256 -> ellipticCurve(key);
        };
    JWSHeader.Builder builder = new JWSHeader.Builder(algorithm.jose()).type(JOSEObjectType.JWT);
    keyId.ifPresent(builder::keyID);
    this.header = builder.build();
  }

  private static JWSSigner rsa(PrivateKey key, SigningAlgorithm algorithm) {
    if (!(key instanceof RSAPrivateKey rsa)) {
      throw new IllegalArgumentException(
          algorithm + " needs an RSA key, this is one for " + key.getAlgorithm());
    }
    int bits = rsa.getModulus().bitLength();
    if (bits < LEAST_RSA_BITS) {
      throw new IllegalArgumentException(
          algorithm + " needs a key of at least " + LEAST_RSA_BITS + " bits, this has " + bits);
    }
    return new RSASSASigner(rsa);
  }

  private static JWSSigner ellipticCurve(PrivateKey key) {
    if (!(key instanceof ECPrivateKey curved)) {
      throw new IllegalArgumentException(
          "ES256 needs an elliptic curve key, this is one for " + key.getAlgorithm());
    }
    if (!Curve.P_256.equals(Curve.forECParameterSpec(curved.getParams()))) {
      throw new IllegalArgumentException("ES256 needs a key on the curve P-256");
    }
    try {
      return new ECDSASigner(curved);
    } catch (JOSEException unsupported) {
      throw new IllegalArgumentException("ES256 cannot use this key", unsupported);
    }
  }

  /**
   * A new assertion, good for one request within {@link #LIFETIME}.
   *
   * @param audience who is to believe it
   * @param now by the provider's clock
   */
  String assertion(String clientId, String audience, Instant now) {
    JWTClaimsSet claims =
        new JWTClaimsSet.Builder()
            .issuer(clientId)
            .subject(clientId)
            .audience(audience)
            .jwtID(UUID.randomUUID().toString())
            .issueTime(Date.from(now))
            .expirationTime(Date.from(now.plus(LIFETIME)))
            .build();
    SignedJWT assertion = new SignedJWT(header, claims);
    try {
      assertion.sign(signer);
    } catch (JOSEException broken) {
      throw new IllegalStateException("the client key of " + clientId + " cannot sign", broken);
    }
    return assertion.serialize();
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "AssertionKey[" + header.getAlgorithm() + "]";
  }
}
