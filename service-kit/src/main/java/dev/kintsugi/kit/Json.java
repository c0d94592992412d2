package dev.kintsugi.kit;

import java.math.BigDecimal;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonFactoryBuilder;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The JSON dialect of all services: strict about form, bounded in size, lenient about members. */
public final class Json {
  /*
   * Any exponent is legal JSON, but one beyond an int makes Jackson throw a NumberFormatException,
   * which is no JacksonException, and one close to it makes a number that cannot be turned into an
   * integer in any memory. So what comes from outside is read here, and the exponent has a bound.
   */

  /** Objects and arrays inside each other. */
  public static final int DEEPEST = 32;

  /** Characters of one string; a body is smaller anyway. */
  public static final int LONGEST_STRING = 1 << 20;

  /** Digits of one number. */
  public static final int LONGEST_NUMBER = 100;

  /** By how many places a number's exponent and fraction may move its point, either way. */
  public static final int LARGEST_EXPONENT = 99_999;

  /** Characters of one member's name. */
  public static final int LONGEST_NAME = 512;

  /**
   * Reads and writes the dialect; thread-safe. Bodies are read by {@link #read}, which also knows
   * the numbers that this one fails at.
   */
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

  /**
   * The document that a request's body is; a missing node for an empty body.
   *
   * @throws ProblemException 400 for whatever is not sound: form, bounds, numbers
   */
  public static JsonNode read(byte[] body) {
    JsonNode document = read(body, MAPPER);
    try {
      checkNumbers(document);
    } catch (ArithmeticException e) {
      throw malformed(e);
    }
    return document;
  }

  /**
   * The document that another service sent, with what {@link #read} has taken in before: written
   * anew, that may be beyond the bounds of its first form.
   *
   * @throws ProblemException 400 for what is no such document
   */
  public static JsonNode readStored(byte[] body) {
    return read(body, STORED);
  }

  private static JsonNode read(byte[] body, JsonMapper mapper) {
    try {
      return mapper.readTree(body);
    } catch (JacksonException | ArithmeticException | NumberFormatException e) {
      throw malformed(e);
    }
  }

  /** Reads a document by its tokens; called before the first. */
  public interface Reading<T> {
    T from(JsonParser tokens);
  }

  /**
   * What somebody reads from a request's body token by token, without a tree in between. Whoever
   * reads sees to it that nothing is left; numbers with a fraction or an exponent are to be taken
   * by {@link #decimal}.
   *
   * @throws ProblemException 400 for whatever is not sound: form, bounds, numbers
   */
  public static <T> T read(byte[] body, Reading<T> reading) {
    return read(MAPPER.createParser(body), reading);
  }

  /**
   * As {@link #read(byte[], Reading)}, from a part of a document that has been read already.
   *
   * @throws ProblemException 400 for numbers out of bounds, or what the reading refuses
   */
  public static <T> T read(JsonNode part, Reading<T> reading) {
    return read(MAPPER.treeAsTokens(part), reading);
  }

  private static <T> T read(JsonParser source, Reading<T> reading) {
    try (JsonParser tokens = source) {
      return reading.from(tokens);
    } catch (JacksonException | ArithmeticException | NumberFormatException e) {
      throw malformed(e);
    }
  }

  /**
   * The number with a fraction or an exponent that stands there.
   *
   * @throws ArithmeticException if its exponent is out of bounds
   */
  public static BigDecimal decimal(JsonParser tokens) {
    BigDecimal number = tokens.getDecimalValue();
    checkNumber(number);
    return number;
  }

  /**
   * Whether a request's body is one JSON object; looks at form and numbers without building a tree
   * or decoding a string, whose length the body bounds.
   *
   * @throws ProblemException 400 for whatever is no JSON, or a number out of bounds
   */
  public static boolean isObject(byte[] body) {
    return read(
        body,
        tokens -> {
          boolean object = tokens.nextToken() == JsonToken.START_OBJECT;
          int depth = object ? 1 : 0;
          while (depth > 0) {
            JsonToken token = tokens.nextToken();
            if (token == null) {
              return false;
            }
            if (token == JsonToken.VALUE_NUMBER_FLOAT) {
              var _ = decimal(tokens);
            }
            depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
          }
          return object && tokens.nextToken() == null;
        });
  }

  private static void checkNumbers(JsonNode node) {
    if (node.isBigDecimal()) {
      checkNumber(node.decimalValue());
    }
    node.forEach(Json::checkNumbers);
  }

  private static void checkNumber(BigDecimal number) {
    if (Math.abs((long) number.scale()) > LARGEST_EXPONENT) {
      throw new ArithmeticException("the exponent is out of bounds");
    }
  }

  private static ProblemException malformed(RuntimeException why) {
    return Problems.malformed(
            why instanceof JacksonException
                ? "The body is not valid JSON."
                : "The body holds a number out of bounds: its exponent may be -99999 to 99999.")
        .asException();
  }

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
