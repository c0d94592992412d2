package dev.kintsugi.kit;

import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonFactoryBuilder;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The JSON dialect of all services: strict about form, bounded in size, lenient about members. */
public final class Json {

  /** Objects and arrays inside each other. */
  public static final int DEEPEST = 32;

  /** Characters of one string; a body is smaller anyway. */
  public static final int LONGEST_STRING = 1 << 20;

  /** Digits of one number. */
  public static final int LONGEST_NUMBER = 100;

  /** Characters of one member's name. */
  public static final int LONGEST_NAME = 512;

  /** Reads and writes the dialect; thread-safe. */
  public static final JsonMapper MAPPER =
      JsonMapper.builder(strict(JsonFactory.builder()).build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  /**
   * Reads and writes what the services have stored or told each other: whatever {@link #MAPPER}
   * took in, also after it was written in another form or wrapped in another object; thread-safe.
   */
  public static final JsonMapper STORED =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(2 * DEEPEST)
                          .maxStringLength(2 * LONGEST_STRING)
                          .maxNumberLength(100 * LONGEST_NUMBER)
                          .maxNameLength(2 * LONGEST_NAME)
                          .build())
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private Json() {}

  /** Applies the dialect's bounds. */
  static JsonFactoryBuilder strict(JsonFactoryBuilder factory) {
    return factory
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(DEEPEST)
                .maxStringLength(LONGEST_STRING)
                .maxNumberLength(LONGEST_NUMBER)
                .maxNameLength(LONGEST_NAME)
                .build());
  }
}
