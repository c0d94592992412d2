package dev.kintsugi.tokens.adapter.redis;

import dev.kintsugi.tokens.domain.DueTask;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.runtime.GrantStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * Grants in Redis. Thread-safe.
 *
 * <pre>
 *   HGETALL kintsugi:grant:{webmail/g1}        data (encrypted), rev, number, used; expires
 *   GET     kintsugi:lease:{webmail/g1}        who may redeem; expires
 *   GET     kintsugi:revocation:{webmail/g1}:n what is to be revoked (encrypted); expires
 * </pre>
 */
public final class RedisGrants implements GrantStore {

  /** Each may be as large as a grant can be. */
  private static final int PER_TRIP = 50;

  private final RedisCalls redis;
  private final GrantCipher cipher;
  private final String prefix;

  /**
   * Keeps grants under keys with a prefix.
   *
   * @param prefix before every key, such as {@code kintsugi:}
   */
  public RedisGrants(RedisCalls redis, GrantCipher cipher, String prefix) {
    this.redis = redis;
    this.cipher = cipher;
    this.prefix = prefix;
  }

  @Override
  public Found load(GrantKey key) {
    List<String> answer = redis.run(Scripts.LOAD, List.of(grant(key)), List.of());
    return found(key, answer);
  }

  /** One round trip for some dozens: none of them waits for another one's answer. */
  @Override
  public List<Found> loadAll(List<GrantKey> keys) {
    List<Found> all = new ArrayList<>(keys.size());
    for (int from = 0; from < keys.size(); from += PER_TRIP) {
      List<GrantKey> some = keys.subList(from, Math.min(keys.size(), from + PER_TRIP));
      List<List<String>> answers =
          redis.runEach(Scripts.LOAD, some.stream().map(this::grant).toList());
      for (int i = 0; i < some.size(); i++) {
        all.add(found(some.get(i), answers.get(i)));
      }
    }
    return all;
  }

  @Override
  public Leasing lease(GrantKey key, Duration time) {
    String owner = UUID.randomUUID().toString();
    List<String> answer =
        redis.run(
            Scripts.LEASE,
            List.of(grant(key), prefix + "lease:{" + key + "}"),
            List.of(owner, millis(time)));
    Found found = found(key, answer.subList(2, 5));
    Lease lease = new Lease(key, owner, Long.parseLong(answer.get(1)));
    return switch (answer.getFirst()) {
      case "held" -> {
        if (found instanceof Found.Present present) {
          yield new Leasing.Held(present, lease);
        }
        release(lease);
        yield new Leasing.Nothing(found);
      }
      case "busy" -> new Leasing.Busy(found);
      default -> new Leasing.Nothing(found);
    };
  }

  @Override
  public void release(Lease lease) {
    redis.run(
        Scripts.RELEASE, List.of(prefix + "lease:{" + lease.key() + "}"), List.of(lease.owner()));
  }

  @Override
  public OptionalLong takeNumber(GrantKey key) {
    long number =
        Long.parseLong(redis.run(Scripts.NUMBER, List.of(grant(key)), List.of()).getFirst());
    return number == 0 ? OptionalLong.empty() : OptionalLong.of(number);
  }

  @Override
  public Stored store(Grant grant, long revision, long number, Duration keep) {
    return stored(
        redis.run(
            Scripts.STORE,
            List.of(grant(grant.key())),
            List.of(
                encrypted(grant, number),
                Long.toString(revision),
                Long.toString(number),
                millis(keep))));
  }

  @Override
  public Stored put(Grant grant, long revision, Instant usedAt, Duration keep) {
    return stored(
        redis.run(
            Scripts.PUT,
            List.of(grant(grant.key())),
            List.of(
                encrypted(grant, 0),
                Long.toString(revision),
                Long.toString(usedAt.toEpochMilli()),
                millis(keep))));
  }

  @Override
  public boolean delete(DueTask.Revoke task, Duration keepMark, Duration keepContent) {
    return stored(
            redis.run(
                Scripts.DELETE,
                List.of(grant(task.key()), revocation(task)),
                List.of(millis(keepMark), millis(keepContent))))
        == Stored.DONE;
  }

  @Override
  public void touch(GrantKey key, Instant usedAt, Duration keep) {
    redis.run(
        Scripts.TOUCH,
        List.of(grant(key)),
        List.of(Long.toString(usedAt.toEpochMilli()), millis(keep)));
  }

  @Override
  public void keepForRevocation(DueTask.Revoke task, Grant grant, Duration keep) {
    String data = encrypted(grant, 0);
    redis.answer(template -> {
      template.opsForValue().set(revocation(task), data, keep);
      return null;
    });
  }

  @Override
  public Optional<Grant> forRevocation(DueTask.Revoke task) {
    List<String> answer = redis.run(Scripts.REVOCATION, List.of(revocation(task)), List.of());
    return found(task.key(), List.of(answer.getFirst(), "0", "0")).grant();
  }

  @Override
  public void dropRevocation(DueTask.Revoke task) {
    redis.answer(template -> template.delete(revocation(task)));
  }

  private Found found(GrantKey key, List<String> fields) {
    long revision = Long.parseLong(fields.get(1));
    if (fields.getFirst().isEmpty()) {
      return new Found.Absent(revision);
    }
    try {
      Grant grant = GrantCodec.decode(key, cipher.decrypt(key, fields.getFirst()));
      Instant used = Instant.ofEpochMilli(Long.parseLong(fields.get(2)));
      return new Found.Present(grant, revision, used);
    } catch (IllegalArgumentException foreign) {
      return new Found.Unreadable(revision);
    }
  }

  private String encrypted(Grant grant, long number) {
    return cipher.encrypt(grant.key(), GrantCodec.encode(grant, number));
  }

  private static Stored stored(List<String> answer) {
    return answer.getFirst().equals("done") ? Stored.DONE : Stored.REFUSED;
  }

  private String grant(GrantKey key) {
    return prefix + "grant:{" + key + "}";
  }

  private String revocation(DueTask.Revoke task) {
    return prefix + "revocation:{" + task.key() + "}:" + task.number();
  }

  private static String millis(Duration time) {
    return Long.toString(time.toMillis());
  }
}
