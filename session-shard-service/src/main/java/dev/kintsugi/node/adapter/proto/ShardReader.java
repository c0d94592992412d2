package dev.kintsugi.node.adapter.proto;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.ExtensionRegistryLite;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;
import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.core.UserId;
import dev.kintsugi.node.domain.AppliedRequest;
import dev.kintsugi.node.domain.Content;
import dev.kintsugi.node.domain.Shard;
import dev.kintsugi.proto.Attribute;
import dev.kintsugi.proto.SessionFacts;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reads one message {@code Shard}, as the generated class does, but its attributes go from bytes to
 * bytes: a node that starts reads every shard it has to keep, and looks at the content of none.
 * Used once.
 */
final class ShardReader {

  private static final int APPLICATION =
      delimited(dev.kintsugi.proto.Shard.APPLICATION_FIELD_NUMBER);
  private static final int USER_ID = delimited(dev.kintsugi.proto.Shard.USER_ID_FIELD_NUMBER);
  private static final int ATTRIBUTES = delimited(dev.kintsugi.proto.Shard.ATTRIBUTES_FIELD_NUMBER);
  private static final int REQUESTS = delimited(dev.kintsugi.proto.Shard.REQUESTS_FIELD_NUMBER);
  private static final int FACTS = delimited(dev.kintsugi.proto.Shard.FACTS_FIELD_NUMBER);
  private static final int ENDED_AT_MILLIS =
      tag(dev.kintsugi.proto.Shard.ENDED_AT_MILLIS_FIELD_NUMBER, WireFormat.WIRETYPE_VARINT);
  private static final int NAME = delimited(Attribute.NAME_FIELD_NUMBER);
  private static final int JSON = delimited(Attribute.JSON_FIELD_NUMBER);
  private static final ExtensionRegistryLite NO_EXTENSIONS =
      ExtensionRegistryLite.getEmptyRegistry();

  private final byte[] bytes;
  private final CodedInputStream in;
  private final List<AppliedRequest> requests = new ArrayList<>();
  private String application = "";
  private String user = "";
  private int[] spans = new int[8 * Content.SPAN];
  private int attributes;
  private Optional<SessionFacts.Builder> facts = Optional.empty();
  private long endedAtMillis;

  ShardReader(byte[] bytes) {
    this.bytes = bytes;
    this.in = CodedInputStream.newInstance(bytes);
  }

  private static int delimited(int field) {
    return tag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
  }

  private static int tag(int field, int wireType) {
    return field << 3 | wireType;
  }

  /**
   * The shard.
   *
   * @throws IllegalArgumentException if a field is not sound
   * @throws InvalidProtocolBufferException if the bytes are no message
   */
  Shard read(ShardVersion version) throws InvalidProtocolBufferException {
    try {
      readFields();
    } catch (InvalidProtocolBufferException e) {
      throw e;
    } catch (IOException e) {
      throw new InvalidProtocolBufferException(e);
    }
    return new Shard(
        new ApplicationId(application),
        user.isEmpty() ? Optional.empty() : Optional.of(new UserId(user)),
        version,
        attributes == 0 ? Content.EMPTY : Content.ofUtf8(bytes, spans, attributes),
        requests,
        facts.map(builder -> ShardCodec.facts(builder.build())),
        endedAtMillis == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(endedAtMillis)));
  }

  private void readFields() throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == APPLICATION) {
        application = in.readStringRequireUtf8();
      } else if (tag == USER_ID) {
        user = in.readStringRequireUtf8();
      } else if (tag == ATTRIBUTES) {
        readAttribute();
      } else if (tag == REQUESTS) {
        requests.add(
            ShardCodec.request(
                in.readMessage(dev.kintsugi.proto.AppliedRequest.parser(), NO_EXTENSIONS)));
      } else if (tag == FACTS) {
        // A message that stands twice is merged, as the format has it.
        SessionFacts.Builder known = facts.orElseGet(SessionFacts::newBuilder);
        in.readMessage(known, NO_EXTENSIONS);
        facts = Optional.of(known);
      } else if (tag == ENDED_AT_MILLIS) {
        endedAtMillis = in.readInt64();
      } else {
        skip(tag);
      }
    }
  }

  private void readAttribute() throws IOException {
    int limit = in.pushLimit(in.readRawVarint32());
    int nameAt = 0;
    int nameLength = 0;
    int valueAt = 0;
    int valueLength = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == NAME) {
        nameLength = in.readRawVarint32();
        nameAt = in.getTotalBytesRead();
        skipText(nameAt, nameLength);
      } else if (tag == JSON) {
        valueLength = in.readRawVarint32();
        valueAt = in.getTotalBytesRead();
        skipText(valueAt, valueLength);
      } else {
        skip(tag);
      }
    }
    in.popLimit(limit);
    if (valueLength == 0) {
      throw new IllegalArgumentException("an attribute has no value");
    }
    int at = attributes * Content.SPAN;
    if (at == spans.length) {
      spans = Arrays.copyOf(spans, 2 * at);
    }
    spans[at] = nameAt;
    spans[at + 1] = nameLength;
    spans[at + 2] = valueAt;
    spans[at + 3] = valueLength;
    attributes++;
  }

  private void skipText(int at, int length) throws IOException {
    in.skipRawBytes(length);
    if (!UnsafeByteOperations.unsafeWrap(bytes, at, length).isValidUtf8()) {
      throw new IllegalArgumentException("an attribute is not UTF-8");
    }
  }

  private void skip(int tag) throws IOException {
    if (!in.skipField(tag)) {
      throw new InvalidProtocolBufferException("a group ends that has not begun");
    }
  }
}
