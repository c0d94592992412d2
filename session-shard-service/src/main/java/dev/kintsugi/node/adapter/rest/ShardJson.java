package dev.kintsugi.node.adapter.rest;

import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.node.domain.Content;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * The bodies of the most frequent answers, put together from a shard's bytes without a text or a
 * tree in between: values are JSON already, names are escaped (RFC 8259, 7). Not thread-safe.
 */
final class ShardJson implements Content.Visitor {

  /** Of an attribute beyond its name and value: quotes, colon, comma. */
  private static final int AROUND_ATTRIBUTE = 4;

  private static final int AROUND_SHARD = 64;
  private static final byte[] HEX = ascii("0123456789abcdef");

  private final ByteArrayOutputStream json;
  private boolean first = true;

  private ShardJson(Content content) {
    json =
        new ByteArrayOutputStream(
            content.bytes() + AROUND_ATTRIBUTE * content.size() + AROUND_SHARD);
  }

  /** {@code {"version":7}}. */
  static byte[] version(ShardVersion version) {
    return ascii("{\"version\":" + version.value() + '}');
  }

  /** {@code {"version":7,"attributes":{…}}}; linear in the content. */
  static byte[] shard(ShardVersion version, Content content) {
    ShardJson body = new ShardJson(content);
    body.json.writeBytes(ascii("{\"version\":" + version.value() + ",\"attributes\":{"));
    content.forEach(body);
    body.json.writeBytes(ascii("}}"));
    return body.json.toByteArray();
  }

  @Override
  public void attribute(byte[] array, int nameAt, int nameLength, int valueAt, int valueLength) {
    if (!first) {
      json.write(',');
    }
    first = false;
    json.write('"');
    for (int at = nameAt; at < nameAt + nameLength; at++) {
      escape(array[at]);
    }
    json.write('"');
    json.write(':');
    json.write(array, valueAt, valueLength);
  }

  /** One byte of UTF-8; those of characters beyond ASCII stay as they are. */
  private void escape(byte one) {
    if (one == '"' || one == '\\') {
      json.write('\\');
    }
    if (one >= 0 && one < ' ') {
      json.writeBytes(ascii("\\u00"));
      json.write(HEX[one >> 4]);
      json.write(HEX[one & 15]);
    } else {
      json.write(one);
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
