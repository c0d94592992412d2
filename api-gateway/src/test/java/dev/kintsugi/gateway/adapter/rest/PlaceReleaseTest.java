package dev.kintsugi.gateway.adapter.rest;

import static dev.kintsugi.core.AtOnce.require;

import dev.kintsugi.core.AtOnce;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.gateway.runtime.StreamPlaces;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;

class PlaceReleaseTest {

  private static final SessionId SESSION = SessionId.of(new PlacementKey(1), 0, 1);

  @Test
  void a_place_is_free_again_also_if_the_exchange_ends_while_it_is_taken() {
    Lincheck.runConcurrentTest(
        300,
        () -> {
          StreamPlaces places = AtOnce.share(new StreamPlaces(1, 1));
          PlaceRelease.Holder holder = AtOnce.share(new PlaceRelease.Holder());
          AtOnce.run(() -> holder.hold(places.take(SESSION).orElseThrow()), holder::end);
          require(places.open() == 0, "the place is lost");
        });
  }
}
