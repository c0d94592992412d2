package dev.kintsugi.tokens.adapter.oauth;

import com.nimbusds.jose.JWSAlgorithm;

/** What client assertions may be signed with, by its name in RFC 7518 §3.1. */
public enum SigningAlgorithm {
  /** RSA, PKCS #1 v1.5. */
  RS256,
  /** RSA, PSS. */
  PS256,
  /** Elliptic curve P-256. */
  ES256;

  JWSAlgorithm jose() {
    return JWSAlgorithm.parse(name());
  }
}
