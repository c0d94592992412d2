package dev.kintsugi.tokens.adapter.redis;

import dev.kintsugi.tokens.adapter.redis.RedisSteps.Decision;
import dev.kintsugi.tokens.adapter.redis.RedisSteps.Write;
import dev.kintsugi.tokens.domain.DueTask;
import dev.kintsugi.tokens.domain.Grant;
import dev.kintsugi.tokens.domain.GrantKey;
import dev.kintsugi.tokens.runtime.GrantStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * Grants in Redis; what changes one is a {@link RedisSteps step} of its own. Thread-safe.
 *
 * <pre>
 *   GET kintsugi:grant:{webmail/g1}        {@link StoredGrant}, its data encrypted; expires
 *   GET kintsugi:revocation:{webmail/g1}:n what is to be revoked (encrypted); expires
 * </pre>
 *
 * <p>A deletion writes both in one transaction: afterwards either the grant is there as before, or
 * its mark is and its content stands under the task. Everything else writes one string, with its
 * expiry, by one command. So a crash, of this process or of Redis, leaves nothing half done; what
 * the caller was not told of has happened or has not.
 */
public final class RedisGrants implements GrantStore {

  /** Each may be as large as a grant can be. */
  private static final int PER_TRIP = 50;

  private final RedisCalls redis;
  private final RedisSteps steps;
  private final GrantCipher cipher;
  private final String prefix;
  private final InstantSource clock;

  /**
   * Keeps grants under keys with a prefix.
   *
   * @param redis for what needs no step
   * @param prefix before every key, such as {@code kintsugi:}; without braces
   */
  public RedisGrants(
      RedisCalls redis, RedisSteps steps, GrantCipher cipher, String prefix, InstantSource clock) {
    this.redis = redis;
    this.steps = steps;
    this.cipher = cipher;
    this.prefix = prefix;
    this.clock = clock;
  }

  @Override
  public Found load(GrantKey key) {
    return found(key, redis.read(List.of(grant(key))).getFirst());
  }

  /** One round trip for some dozens: none of them waits for another one's answer. */
  @Override
  public List<Found> loadAll(List<GrantKey> keys) {
    List<Found> all = new ArrayList<>(keys.size());
    for (int from = 0; from < keys.size(); from += PER_TRIP) {
      List<GrantKey> some = keys.subList(from, Math.min(keys.size(), from + PER_TRIP));
      List<StoredGrant> stored = redis.read(some.stream().map(this::grant).toList());
      for (int i = 0; i < some.size(); i++) {
        all.add(found(some.get(i), stored.get(i)));
      }
    }
    return all;
  }

  @Override
  public Leasing lease(GrantKey key, Duration time) {
    String owner = UUID.randomUUID().toString();
    return steps.run(
        grant(key),
        (stored, nowMillis) -> {
          Found found = found(key, stored);
          if (!(found instanceof Found.Present present)) {
            return Decision.nothing(new Leasing.Nothing(found));
          }
          if (stored.isLeased(nowMillis)) {
            return Decision.nothing(new Leasing.Busy(found));
          }
          StoredGrant leased = stored.leased(owner, nowMillis + time.toMillis());
          return Decision.write(
              new Leasing.Held(present, new Lease(key, owner, leased.number())),
              Write.inPlace(grant(key), leased.text()));
        });
  }

  @Override
  public void release(Lease lease) {
    String key = grant(lease.key());
    var _ =
        steps.<Stored>run(
            key,
            (stored, _) ->
                stored.owner().equals(lease.owner())
                    ? Decision.write(Stored.DONE, Write.inPlace(key, stored.released().text()))
                    : Decision.nothing(Stored.REFUSED));
  }

  @Override
  public OptionalLong takeNumber(GrantKey key) {
    return steps.run(
        grant(key),
        (stored, _) ->
            stored.isWhole()
                ? Decision.write(
                    OptionalLong.of(stored.number() + 1),
                    Write.inPlace(grant(key), stored.numbered().text()))
                : Decision.nothing(OptionalLong.empty()));
  }

  @Override
  public Stored store(Grant grant, long revision, long number, Duration keep) {
    String key = grant(grant.key());
    String data = encrypted(grant, number);
    return steps.run(
        key,
        (stored, _) ->
            stored.isEmpty() || stored.revision() != revision || stored.number() > number
                ? Decision.nothing(Stored.REFUSED)
                : Decision.write(
                    Stored.DONE, Write.keeping(key, stored.renewed(data, number).text(), keep)));
  }

  @Override
  public Stored put(Grant grant, long revision, Instant usedAt, Duration keep) {
    String key = grant(grant.key());
    String data = encrypted(grant, 0);
    return steps.run(
        key,
        (stored, _) -> {
          if (stored.revision() != revision) {
            return Decision.nothing(Stored.REFUSED);
          }
          StoredGrant put = stored.put(data, usedAt.toEpochMilli(), clock.millis());
          return Decision.write(Stored.DONE, Write.keeping(key, put.text(), keep));
        });
  }

  @Override
  public boolean delete(DueTask.Revoke task, Duration keepMark, Duration keepContent) {
    String key = grant(task.key());
    return steps.run(
        key,
        (stored, _) -> {
          if (stored.isEmpty()) {
            return Decision.nothing(false);
          }
          Write mark = Write.keeping(key, stored.deleted(clock.millis()).text(), keepMark);
          return stored.isWhole()
              ? Decision.write(
                  true, Write.keeping(revocation(task), stored.data(), keepContent), mark)
              : Decision.write(true, mark);
        });
  }

  @Override
  public void touch(GrantKey key, Instant usedAt, Duration keep) {
    var _ =
        steps.<Stored>run(
            grant(key),
            (stored, _) ->
                stored.isWhole()
                    ? Decision.write(
                        Stored.DONE,
                        Write.keeping(grant(key), stored.used(usedAt.toEpochMilli()).text(), keep))
                    : Decision.nothing(Stored.REFUSED));
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
    String data = redis.readText(revocation(task));
    return data.isEmpty() ? Optional.empty() : decrypted(task.key(), data);
  }

  @Override
  public void dropRevocation(DueTask.Revoke task) {
    redis.answer(template -> template.delete(revocation(task)));
  }

  private Found found(GrantKey key, StoredGrant stored) {
    if (stored.isEmpty()) {
      return new Found.Absent(stored.revision());
    }
    return decrypted(key, stored.data())
        .<Found>map(grant ->
            new Found.Present(grant, stored.revision(), Instant.ofEpochMilli(stored.usedMillis())))
        .orElseGet(() -> new Found.Unreadable(stored.revision()));
  }

  private Optional<Grant> decrypted(GrantKey key, String data) {
    try {
      return Optional.of(GrantCodec.decode(key, cipher.decrypt(key, data)));
    } catch (IllegalArgumentException foreign) {
      return Optional.empty();
    }
  }

  private String encrypted(Grant grant, long number) {
    return cipher.encrypt(grant.key(), GrantCodec.encode(grant, number));
  }

  private String grant(GrantKey key) {
    return prefix + "grant:" + tag(key);
  }

  private String revocation(DueTask.Revoke task) {
    return prefix + "revocation:" + tag(task.key()) + ":" + task.number();
  }

  /** What decides where in a Redis Cluster all that belongs to a grant lies; it ends at a brace. */
  private static String tag(GrantKey key) {
    return "{" + key.toString().replace("%", "%25").replace("}", "%7D") + "}";
  }
}
