package dev.kintsugi.example.upstream;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import java.net.URI;
import java.net.URL;
import java.text.ParseException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Checks the header {@code Kintsugi-Session}. Thread-safe. */
final class SessionHeader {

  private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();

  /**
   * Headers for one application.
   *
   * @param keys where the gateway shows its public keys
   * @param name of this application in the gateway's configuration
   */
  SessionHeader(URL keys, String name) {
    JWKSource<SecurityContext> source = JWKSourceBuilder.create(keys).retrying(true).build();
    processor.setJWSKeySelector(new JWSVerificationKeySelector<>(JWSAlgorithm.ES256, source));
    processor.setJWSTypeVerifier(
        new DefaultJOSEObjectTypeVerifier<>(new JOSEObjectType("kintsugi-session+jwt")));
    processor.setJWTClaimsSetVerifier(
        new DefaultJWTClaimsVerifier<>(
            name,
            new JWTClaimsSet.Builder().issuer("kintsugi").build(),
            Set.of("exp", "sid", "req", "areas")));
  }

  /**
   * The session that comes with a request; empty where the header is missing, was not signed by the
   * gateway, has expired, or was made for another application or request.
   */
  Optional<Session> of(@Nullable String header, String method, URI target) {
    if (header == null) {
      return Optional.empty();
    }
    try {
      JWTClaimsSet claims = processor.process(header, null);
      Map<String, Object> request = claims.getJSONObjectClaim("req");
      boolean forThisRequest =
          method.equals(request.get("method")) && target.toString().equals(request.get("target"));
      return forThisRequest
          ? Optional.of(
              new Session(
                  Optional.ofNullable(claims.getSubject()).orElse("somebody"),
                  claims.getJSONObjectClaim("areas")))
          : Optional.empty();
    } catch (ParseException | BadJOSEException | JOSEException e) {
      return Optional.empty();
    }
  }
}
