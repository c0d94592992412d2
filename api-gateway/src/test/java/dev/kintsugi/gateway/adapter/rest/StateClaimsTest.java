package dev.kintsugi.gateway.adapter.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.gateway.domain.RequestTarget;
import dev.kintsugi.gateway.domain.Upstream;
import dev.kintsugi.kit.Json;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class StateClaimsTest {

  private static final Upstream MAIL =
      new Upstream(
          "mail", URI.create("http://mail"), 1, Duration.ofSeconds(1), Duration.ofSeconds(1), 1);

  @Test
  void claims_say_whose_session_for_whom_for_which_request_and_how_it_is() {
    SessionId session = SessionId.of(new PlacementKey(7), new byte[SessionId.SECRET_BYTES]);
    ObjectNode facts =
        (ObjectNode)
            Json.read(
                "{\"application\":\"webmail\",\"userId\":\"álice\",\"grantId\":\"g\"}"
                    .getBytes(StandardCharsets.UTF_8));
    SessionState state =
        new SessionState(
            session,
            facts,
            true,
            Map.of(
                new Area("settings"),
                new SessionState.AreaState(
                    new ShardVersion(7), Json.MAPPER.createObjectNode().put("a", 1), true),
                new Area("drafts"),
                SessionState.AreaState.neverWritten()));
    byte[] claims =
        new StateClaims("issuer", Duration.ofSeconds(30))
            .of(
                state,
                MAIL,
                "POST",
                new RequestTarget("/mail/x", Optional.of("q=1")),
                Instant.ofEpochSecond(1000),
                "id-1");
    assertThat(new String(claims, StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"iss\":\"issuer\",\"aud\":\"mail\",\"iat\":1000,\"exp\":1030,\"jti\":\"id-1\","
                + "\"sub\":\"álice\",\"app\":\"webmail\",\"sid\":\""
                + session
                + "\",\"stale\":true,\"req\":{\"method\":\"POST\",\"target\":\"/mail/x?q=1\"},\"areas\":{"
                + "\"drafts\":{\"version\":0,\"attributes\":{}},"
                + "\"settings\":{\"version\":7,\"attributes\":{\"a\":1},\"stale\":true}}}");
  }
}
