package dev.kintsugi.tokens.adapter.rest;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.kit.Bodies;
import dev.kintsugi.kit.Json;
import dev.kintsugi.kit.ProblemException;
import dev.kintsugi.kit.Problems;
import dev.kintsugi.tokens.domain.GrantId;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.domain.GrantVerdict;
import dev.kintsugi.tokens.runtime.VerdictDesk;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/** Verdicts on grants for the parts that serve their sessions; the secret was checked before. */
@RestController
public final class VerdictsController {

  private static final int MAX_BODY_BYTES = 128 * 1024;

  private final VerdictDesk verdicts;
  private final VirtualThreads threads;

  public VerdictsController(VerdictDesk verdicts, VirtualThreads threads) {
    this.verdicts = verdicts;
    this.threads = threads;
  }

  /** Judges up to {@link VerdictDesk#MOST} grants, in order; changes nothing. */
  @PostMapping("/internal/v1/grants/verdicts")
  Mono<ResponseEntity<Map<String, Object>>> judge(ServerWebExchange exchange) {
    return Bodies.read(exchange.getRequest(), MAX_BODY_BYTES)
        .map(VerdictsController::asked)
        // Like a GET, it leaves nothing behind that would have to be repeated.
        .flatMap(asked -> threads.run(HttpMethod.GET, () -> answer(asked, judged(asked))));
  }

  /**
   * What is asked for; one that no grant can be called is not a reason to judge none.
   *
   * @param key empty: there cannot be such a grant
   */
  private record Asked(String application, String id, Optional<GrantKey> key) {}

  private static List<Asked> asked(byte[] body) {
    JsonNode grants = Json.read(body).path("grants");
    if (!grants.isArray() || grants.size() > VerdictDesk.MOST) {
      throw wrong("grants must be a list of at most " + VerdictDesk.MOST + ".");
    }
    List<Asked> asked = new ArrayList<>(grants.size());
    for (JsonNode grant : grants) {
      asked.add(asked(grant.path("application"), grant.path("id")));
    }
    return asked;
  }

  private static Asked asked(JsonNode application, JsonNode id) {
    if (!application.isString() || !id.isString()) {
      throw wrong("Each grant must name its application and its id.");
    }
    return new Asked(
        application.asString(), id.asString(), key(application.asString(), id.asString()));
  }

  private static Optional<GrantKey> key(String application, String id) {
    try {
      return Optional.of(new GrantKey(new ApplicationId(application), new GrantId(id)));
    } catch (IllegalArgumentException nobody) {
      return Optional.empty();
    }
  }

  private List<GrantVerdict> judged(List<Asked> asked) {
    Iterator<GrantVerdict> known =
        verdicts.on(asked.stream().flatMap(one -> one.key().stream()).toList()).iterator();
    return asked.stream()
        .map(one -> one.key().isPresent() ? known.next() : new GrantVerdict.Unknown("malformed"))
        .toList();
  }

  private static ProblemException wrong(String detail) {
    return Problems.malformed(detail).asException();
  }

  private static ResponseEntity<Map<String, Object>> answer(
      List<Asked> asked, List<GrantVerdict> judged) {
    List<Map<String, Object>> all = new ArrayList<>(asked.size());
    for (int i = 0; i < asked.size(); i++) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("application", asked.get(i).application());
      one.put("id", asked.get(i).id());
      switch (judged.get(i)) {
        case GrantVerdict.Valid(var usable) -> {
          one.put("verdict", "valid");
          one.put("usableMillis", usable.toMillis());
        }
        case GrantVerdict.Revoked(String reason, var user) -> {
          one.put("verdict", "revoked");
          one.put("reason", reason);
          user.ifPresent(whose -> one.put("userId", whose.value()));
        }
        case GrantVerdict.Unknown(String why) -> {
          one.put("verdict", "unknown");
          one.put("reason", why);
        }
      }
      all.add(one);
    }
    return ResponseEntity.ok()
        .cacheControl(CacheControl.noStore())
        .contentType(MediaType.APPLICATION_JSON)
        .body(Map.of("verdicts", all));
  }
}
