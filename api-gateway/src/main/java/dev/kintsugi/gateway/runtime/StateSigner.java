package dev.kintsugi.gateway.runtime;

/** Signs what upstreams are told of sessions. Thread-safe. */
public interface StateSigner {

  /**
   * A compact JWS (RFC 7515) of claims.
   *
   * @param claims one JSON object in UTF-8
   */
  String sign(byte[] claims);

  /** The public keys as a JWK set (RFC 7517): the one that signs, and those that did before. */
  String publicKeys();
}
