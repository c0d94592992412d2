package dev.kintsugi.tokens.adapter.oauth;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import dev.kintsugi.tokens.adapter.oauth.BoundedHttp.Answer;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The public keys of a provider. Fetched at first use, when a token names a key that is not among
 * them, and once an hour, so that a key that was taken back is forgotten; by one request at a time
 * and not within ten seconds after the last: a stranger's token can name unknown keys as often as
 * he likes. While they cannot be had the old ones stay. Thread-safe.
 */
final class ProviderKeys {

  private static final long PAUSE_NANOS = Duration.ofSeconds(10).toNanos();
  private static final long KEEP_NANOS = Duration.ofHours(1).toNanos();

  /** For how long a caller waits for keys that are on their way. */
  private static final long WAIT_MILLIS = 300;

  private record Fetched(Optional<JWKSet> keys, long atNanos) {}

  private final Supplier<Optional<URI>> where;
  private final BoundedHttp http;
  private final Duration timeout;
  private final LongSupplier ticker;
  private final ExecutorService threads;
  private volatile @Nullable Fetched last;
  private volatile @Nullable JWKSet known;
  private @Nullable CompletableFuture<Void> underWay;

  /**
   * Keys that have not been fetched yet.
   *
   * @param where may block; empty: the provider names no keys, or cannot be asked
   * @param threads where keys are fetched
   */
  ProviderKeys(
      Supplier<Optional<URI>> where,
      BoundedHttp http,
      Duration timeout,
      LongSupplier ticker,
      ExecutorService threads) {
    this.where = where;
    this.http = http;
    this.timeout = timeout;
    this.ticker = ticker;
    this.threads = threads;
  }

  /** The keys that fit a token's header; empty where there is none, or none to be had for now. */
  Optional<JWKSet> fitting(JWSHeader header) {
    Optional<JWKSet> now = among(header);
    if (now.isEmpty()) {
      await(fetchUnlessJustDone(PAUSE_NANOS));
      return among(header);
    }
    var _ = fetchUnlessJustDone(KEEP_NANOS);
    return now;
  }

  /**
   * As {@link #fitting}, but only from keys that were fetched within the last ten seconds; empty
   * also where they cannot be had.
   */
  Optional<JWKSet> renewed(JWSHeader header) {
    await(fetchUnlessJustDone(PAUSE_NANOS));
    Fetched newest = last;
    return newest != null
            && newest.keys().isPresent()
            && ticker.getAsLong() - newest.atNanos() <= PAUSE_NANOS
        ? among(header)
        : Optional.empty();
  }

  private Optional<JWKSet> among(JWSHeader header) {
    JWKSet keys = known;
    return keys != null && !new JWKSelector(JWKMatcher.forJWSHeader(header)).select(keys).isEmpty()
        ? Optional.of(keys)
        : Optional.empty();
  }

  private static void await(CompletableFuture<Void> fetching) {
    try {
      fetching.get(WAIT_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException notYet) {
      // Whatever is known by now has to do.
    }
  }

  private synchronized CompletableFuture<Void> fetchUnlessJustDone(long pauseNanos) {
    CompletableFuture<Void> current = underWay;
    if (current != null && !current.isDone()) {
      return current;
    }
    Fetched before = last;
    if (before != null && ticker.getAsLong() - before.atNanos() < pauseNanos) {
      return CompletableFuture.completedFuture(null);
    }
    CompletableFuture<Void> next = CompletableFuture.runAsync(this::fetch, threads);
    underWay = next;
    return next;
  }

  private void fetch() {
    Optional<JWKSet> keys = where.get().flatMap(this::from);
    keys.ifPresent(found -> known = found);
    last = new Fetched(keys, ticker.getAsLong());
  }

  private Optional<JWKSet> from(URI address) {
    HttpRequest request;
    try {
      request = HttpRequest.newBuilder(address).header("Accept", "application/json").build();
    } catch (IllegalArgumentException noAddress) {
      return Optional.empty();
    }
    return switch (http.send(request, timeout)) {
      case Answer.Got(var response) when response.statusCode() == 200 -> {
        try {
          String text = new String(response.body(), StandardCharsets.UTF_8);
          yield Optional.of(JWKSet.parse(text).toPublicJWKSet());
        } catch (ParseException | RuntimeException malformed) {
          // The library throws what it likes at a document of null.
          yield Optional.empty();
        }
      }
      case Answer.Got _, Answer.Nothing _ -> Optional.empty();
    };
  }
}
