package dev.kintsugi.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kintsugi.kit.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DataTest {

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 99_999})
  void an_area_holds_512_bytes_and_its_body_is_json(long seed) {
    assertThat(Data.content(seed).bytes()).isEqualTo(512);
    var body = Json.read(Data.json(Data.content(seed)).getBytes(StandardCharsets.UTF_8));
    assertThat(body.properties()).hasSize(4);
    assertThat(Data.content(seed))
        .isEqualTo(Data.content(seed))
        .isNotEqualTo(Data.content(seed + 1));
    assertThat(Data.session(seed)).isEqualTo(Data.session(seed));
  }
}
