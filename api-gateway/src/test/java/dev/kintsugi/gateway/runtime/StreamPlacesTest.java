package dev.kintsugi.gateway.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.core.PlacementKey;
import dev.kintsugi.core.SessionId;
import org.junit.jupiter.api.Test;

class StreamPlacesTest {

  private static final SessionId ONE = SessionId.of(new PlacementKey(1), new byte[16]);
  private static final SessionId TWO = SessionId.of(new PlacementKey(2), new byte[16]);

  @Test
  void places_are_bounded_per_session_and_over_all() {
    StreamPlaces places = new StreamPlaces(3, 2);
    StreamPlaces.Place first = places.take(ONE).orElseThrow();
    assertThat(places.take(ONE)).isPresent();
    assertThat(places.take(ONE)).isEmpty();
    assertThat(places.take(TWO)).isPresent();
    assertThat(places.take(TWO)).as("all taken").isEmpty();
    first.close();
    first.close();
    assertThat(places.open()).isEqualTo(2);
    assertThat(places.take(TWO)).isPresent();
  }
}
