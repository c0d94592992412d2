package dev.kintsugi.tokens.adapter.kafka;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import dev.kintsugi.proto.ActivityEvent;
import dev.kintsugi.proto.ActivityModel;
import dev.kintsugi.tokens.domain.forecast.ModelShare.Written;
import dev.kintsugi.tokens.domain.forecast.UserKey;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/** Events and models as they stand in their topics. */
final class ActivityCodec {

  private static final String ALL = "s";
  private static final String USER = "u/";
  private static final int LARGEST_EVENT = 4096;

  /** An event as it came. */
  record Event(UserKey user, String kind, long atMillis) {}

  private ActivityCodec() {}

  /** Empty: it is none. */
  static Optional<Event> event(byte @Nullable [] bytes) {
    if (bytes == null || bytes.length > LARGEST_EVENT) {
      return Optional.empty();
    }
    try {
      ActivityEvent event = ActivityEvent.parseFrom(bytes);
      UserKey user =
          new UserKey(new ApplicationId(event.getApplication()), new UserId(event.getUserId()));
      return Optional.of(new Event(user, event.getKind(), event.getAtMillis()))
          .filter(known -> !known.kind().isEmpty());
    } catch (InvalidProtocolBufferException | IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }

  static byte[] key(Written written) {
    String key = written.user().map(ActivityCodec::key).orElse(ALL);
    return key.getBytes(StandardCharsets.UTF_8);
  }

  /** An application's id may have a slash in it, but no blank. */
  private static String key(UserKey user) {
    return USER + user.application().value() + ' ' + user.user().value();
  }

  /** Null where the user is forgotten. */
  static byte @Nullable [] value(Written written) {
    if (written.state().isEmpty()) {
      return null;
    }
    ActivityModel.Builder model =
        ActivityModel.newBuilder()
            .setEventOffset(written.offset())
            .setState(ByteString.copyFrom(written.state().get()));
    written
        .user()
        .ifPresent(user ->
            model.setApplication(user.application().value()).setUserId(user.user().value()));
    return model.build().toByteArray();
  }

  /** Empty: it is none. */
  static Optional<Written> written(byte @Nullable [] key, byte @Nullable [] value) {
    if (key == null) {
      return Optional.empty();
    }
    if (value == null) {
      return forgotten(new String(key, StandardCharsets.UTF_8));
    }
    try {
      ActivityModel model = ActivityModel.parseFrom(value);
      Optional<UserKey> user =
          new String(key, StandardCharsets.UTF_8).equals(ALL)
              ? Optional.empty()
              : Optional.of(
                  new UserKey(
                      new ApplicationId(model.getApplication()), new UserId(model.getUserId())));
      return Optional.of(
          new Written(user, model.getEventOffset(), Optional.of(model.getState().toByteArray())));
    } catch (InvalidProtocolBufferException | IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }

  private static Optional<Written> forgotten(String key) {
    int end = key.indexOf(' ');
    if (!key.startsWith(USER) || end < 0) {
      return Optional.empty();
    }
    try {
      UserKey user =
          new UserKey(
              new ApplicationId(key.substring(USER.length(), end)),
              new UserId(key.substring(end + 1)));
      return Optional.of(new Written(Optional.of(user), -1, Optional.empty()));
    } catch (IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }

  /** The partition of a user's events, as Kafka's own producers choose it. */
  static int partition(UserKey user, int partitions) {
    return Utils.toPositive(Utils.murmur2(user.toString().getBytes(StandardCharsets.UTF_8)))
        % partitions;
  }
}
