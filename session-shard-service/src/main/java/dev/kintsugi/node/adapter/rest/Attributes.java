package dev.kintsugi.node.adapter.rest;

import dev.kintsugi.kit.Json;
import dev.kintsugi.kit.Problems;
import dev.kintsugi.node.domain.Content;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectWriter;

/**
 * Reads a JSON object of attributes: from its tokens straight to the bytes that are kept, names and
 * values behind each other, values as compact JSON in one form for each value. Whatever is not
 * sound ends in a 400. One for each object; linear in its size.
 */
final class Attributes {

  private static final int LONGEST_NAME = 128;
  private static final int USUAL = 16;
  private static final ObjectWriter WRITER = Json.MAPPER.writer().withRootValueSeparator("");

  private final JsonParser tokens;
  private final boolean mayBeNull;
  private final ByteArrayOutputStream bytes;
  private final JsonGenerator json;
  private int[] spans = new int[USUAL * Content.SPAN];
  private int count;

  private Attributes(
      JsonParser tokens, boolean mayBeNull, ByteArrayOutputStream bytes, JsonGenerator json) {
    this.tokens = tokens;
    this.mayBeNull = mayBeNull;
    this.bytes = bytes;
    this.json = json;
  }

  private static Attributes read(JsonParser tokens, boolean mayBeNull) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = WRITER.createGenerator(bytes)) {
      Attributes attributes = new Attributes(tokens, mayBeNull, bytes, json);
      attributes.document();
      return attributes;
    }
  }

  /** All attributes of a shard: any value but null. */
  static Content put(byte[] body) {
    return Json.read(body, tokens -> read(tokens, false).content());
  }

  /** As {@link #put(byte[])}, from a part of a document that has been read already. */
  static Content put(JsonNode attributes) {
    Documents.check(attributes.isObject(), "The attributes must be a JSON object.");
    return Json.read(attributes, tokens -> read(tokens, false).content());
  }

  /** A merge patch on the attributes: name to JSON text, {@code null} to remove. */
  static SortedMap<String, String> patch(byte[] body) {
    return Json.read(body, tokens -> read(tokens, true).texts());
  }

  private void document() {
    Documents.check(
        tokens.nextToken() == JsonToken.START_OBJECT, "The body must be a JSON object.");
    while (tokens.nextToken() == JsonToken.PROPERTY_NAME) {
      attribute(tokens.currentName());
    }
    if (tokens.nextToken() != null) {
      throw Problems.malformed("The body is not valid JSON.").asException();
    }
  }

  private void attribute(String name) {
    checkName(name);
    Documents.check(
        tokens.nextToken() != JsonToken.VALUE_NULL || mayBeNull,
        "An attribute's value must not be null; PATCH with null removes one.");
    int at = count++ * Content.SPAN;
    if (at == spans.length) {
      spans = Arrays.copyOf(spans, 2 * at);
    }
    int nameAt = written();
    json.writeRaw(name);
    int valueAt = written();
    value();
    spans[at] = nameAt;
    spans[at + 1] = valueAt - nameAt;
    spans[at + 2] = valueAt;
    spans[at + 3] = written() - valueAt;
  }

  private int written() {
    return bytes.size() + json.streamWriteOutputBuffered();
  }

  private static void checkName(String name) {
    Documents.check(
        !name.isEmpty()
            && name.codePointCount(0, name.length()) <= LONGEST_NAME
            && Documents.isPrintable(name),
        "An attribute's name must have 1 to 128 printable characters.");
  }

  /** Writes the value that begins with the current token. */
  private void value() {
    JsonToken token = tokens.currentToken();
    int depth = 0;
    while (true) {
      write(token);
      depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
      if (depth == 0) {
        return;
      }
      token = tokens.nextToken();
    }
  }

  private void write(JsonToken token) {
    switch (token) {
      case START_OBJECT -> json.writeStartObject();
      case END_OBJECT -> json.writeEndObject();
      case START_ARRAY -> json.writeStartArray();
      case END_ARRAY -> json.writeEndArray();
      case PROPERTY_NAME -> json.writeName(whole(tokens.currentName()));
      case VALUE_STRING -> json.writeString(whole(tokens.getString()));
      case VALUE_NUMBER_INT -> integer();
      case VALUE_NUMBER_FLOAT -> json.writeNumber(Json.decimal(tokens));
      case VALUE_TRUE -> json.writeBoolean(true);
      case VALUE_FALSE -> json.writeBoolean(false);
      case VALUE_NULL -> json.writeNull();
      case VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE ->
          throw new IllegalStateException("no JSON has such a token: " + token);
    }
  }

  private void integer() {
    switch (tokens.getNumberType()) {
      case INT -> json.writeNumber(tokens.getIntValue());
      case LONG -> json.writeNumber(tokens.getLongValue());
      default -> json.writeNumber(tokens.getBigIntegerValue());
    }
  }

  /** A text that UTF-8 can carry. */
  private static String whole(String text) {
    for (int at = 0; at < text.length(); at++) {
      char one = text.charAt(at);
      if (Character.isSurrogate(one)) {
        at++;
        Documents.check(
            at < text.length() && Character.isSurrogatePair(one, text.charAt(at)),
            "A string holds half of a surrogate pair.");
      }
    }
    return text;
  }

  private Content content() {
    return Content.ofUtf8(bytes.toByteArray(), spans, count);
  }

  private SortedMap<String, String> texts() {
    byte[] array = bytes.toByteArray();
    SortedMap<String, String> texts = new TreeMap<>();
    for (int at = 0; at < count * Content.SPAN; at += Content.SPAN) {
      texts.put(
          new String(array, spans[at], spans[at + 1], StandardCharsets.UTF_8),
          new String(array, spans[at + 2], spans[at + 3], StandardCharsets.UTF_8));
    }
    return texts;
  }
}
