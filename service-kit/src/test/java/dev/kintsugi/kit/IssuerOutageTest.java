package dev.kintsugi.kit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class IssuerOutageTest {

  @Test
  void a_service_starts_without_its_issuer_and_says_so_until_it_is_there() throws Exception {
    try (TestIssuer issuer = new TestIssuer()) {
      issuer.down = true;
      try (TestService service = new TestService(issuer.url())) {
        String token = TestIssuer.signed(issuer.alice().build());
        var answer = service.get("/v1/me", token);
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).contains("1");
        assertThat(answer.headers().firstValue("Content-Type"))
            .contains("application/problem+json");

        issuer.down = false;
        assertThat(service.get("/v1/me", token).statusCode()).isEqualTo(200);

        issuer.down = true;
        assertThat(service.get("/v1/me", token).statusCode()).isEqualTo(200);
        String other = TestIssuer.signed(issuer.alice().subject("bob").build());
        assertThat(service.get("/v1/me", other).body()).contains("user=bob");
        assertThat(issuer.keyRequests).hasValue(1);
      }
    }
  }
}
