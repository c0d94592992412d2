package dev.kintsugi.gateway.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GrantsOutageTest {

  @Test
  void a_token_service_that_is_not_there_is_a_refusal() throws Exception {
    try (GatewayWorld world =
            new GatewayWorld("kintsugi.gateway.token-service=http://127.0.0.1:1");
        HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(world.url + "/v1/grants/g"))
              .header("Authorization", "Bearer " + world.issuer.user("alice"))
              .PUT(BodyPublishers.ofString("{}"))
              .build();
      HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
      HostileInputTest.assertProblem(answer, 503);
      assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    }
  }
}
