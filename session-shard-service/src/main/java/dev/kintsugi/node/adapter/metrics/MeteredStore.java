package dev.kintsugi.node.adapter.metrics;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.MapVersion;
import dev.kintsugi.node.domain.Answer;
import dev.kintsugi.node.domain.Request;
import dev.kintsugi.node.runtime.ShardStore;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** A store that counts what is asked of it and what comes of it. */
public final class MeteredStore implements ShardStore {

  private record Kind(String kind, Area area, String outcome) {}

  private final ShardStore store;
  private final MeterRegistry registry;
  private final Map<Kind, Counter> counters = new ConcurrentHashMap<>();

  public MeteredStore(ShardStore store, MeterRegistry registry) {
    this.store = store;
    this.registry = registry;
  }

  @Override
  public CompletableFuture<Answer> submit(Request request, Duration patience) {
    return store
        .submit(request, patience)
        .whenComplete((answer, _) -> {
          if (answer != null) {
            count(request, answer);
          }
        });
  }

  private void count(Request request, Answer answer) {
    Kind kind = new Kind(kindOf(request), request.slot().area(), outcomeOf(answer));
    counters.computeIfAbsent(kind, this::counter).increment();
  }

  private Counter counter(Kind of) {
    return registry.counter(
        "kintsugi.node.requests",
        "kind",
        of.kind(),
        "area",
        of.area().value(),
        "outcome",
        of.outcome());
  }

  private static String kindOf(Request request) {
    return switch (request) {
      case Request.Read _, Request.LastReadable _ -> "read";
      case Request.Watch _ -> "watch";
      case Request.Write _ -> "write";
      case Request.ListSessions _ -> "list";
    };
  }

  private static String outcomeOf(Answer answer) {
    return switch (answer) {
      case Answer.Found _ -> "found";
      case Answer.Stale _ -> "stale";
      case Answer.Absent _ -> "absent";
      case Answer.Applied applied -> applied.repeated() ? "repeated" : "applied";
      case Answer.Refused refused -> refused.why().name().toLowerCase(Locale.ROOT);
      case Answer.Unknown _ -> "unknown";
      case Answer.Sessions _ -> "found";
    };
  }

  @Override
  public MapVersion mapVersion() {
    return store.mapVersion();
  }
}
