package dev.kintsugi.gateway.runtime;

import static dev.kintsugi.core.AtOnce.require;

import dev.kintsugi.core.AtOnce;
import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;

class StreamPlacesAtOnceTest {

  private static final int SCHEDULES = 300;
  private static final SessionId ONE = SessionId.of(new PlacementKey(1), 0, 1);
  private static final SessionId TWO = SessionId.of(new PlacementKey(2), 0, 2);

  @Test
  void no_more_places_are_taken_at_once_than_there_are() {
    Lincheck.runConcurrentTest(
        SCHEDULES,
        () -> {
          StreamPlaces places = AtOnce.share(new StreamPlaces(2, 1));
          ConcurrentLinkedQueue<SessionId> taken = new ConcurrentLinkedQueue<>();
          AtOnce.run(
              () -> places.take(ONE).ifPresent(_ -> taken.add(ONE)),
              () -> places.take(ONE).ifPresent(_ -> taken.add(ONE)),
              () -> places.take(TWO).ifPresent(_ -> taken.add(TWO)));
          require(taken.size() == 2 && taken.contains(ONE) && taken.contains(TWO), "" + taken);
          require(places.open() == 2, "open: " + places.open());
        });
  }

  @Test
  void a_place_given_back_on_two_threads_is_free_once() {
    Lincheck.runConcurrentTest(
        SCHEDULES,
        () -> {
          StreamPlaces places = AtOnce.share(new StreamPlaces(3, 2));
          StreamPlaces.Place place = AtOnce.share(places.take(ONE).orElseThrow());
          Optional<StreamPlaces.Place> kept = places.take(ONE);
          AtOnce.run(place::close, place::close, () -> places.take(TWO));
          require(places.open() == 2, "open: " + places.open());
          require(places.take(ONE).isPresent(), "the place is not free");
          require(places.take(TWO).isEmpty(), "a place too many");
          kept.orElseThrow().close();
        });
  }
}
