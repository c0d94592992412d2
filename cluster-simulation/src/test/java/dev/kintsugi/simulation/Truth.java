package dev.kintsugi.simulation;

import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SessionId;
import dev.kintsugi.core.ShardVersion;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.domain.AppliedRequest;
import dev.kintsugi.node.domain.Change;
import dev.kintsugi.node.domain.Content;
import dev.kintsugi.node.domain.Digest;
import dev.kintsugi.node.domain.RequestKey;
import dev.kintsugi.node.domain.SessionFacts;
import dev.kintsugi.node.domain.Shard;
import dev.kintsugi.node.domain.SlotEntry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the order of records in the slot logs says, judged record by record as they arrive, by rules
 * written down here a second time: what nodes do is compared with this and with nothing of their
 * own. Not thread-safe.
 */
final class Truth {

  /** A shard as of an offset; {@link #NONE} before its first record and after a tombstone. */
  private record Version(ShardVersion version, Optional<Shard> shard) {}

  private static final Duration KEYS_HOLD = Duration.ofMinutes(10);

  private static final Version NONE = new Version(ShardVersion.NONE, Optional.empty());

  private static final class Slot {
    Epoch epoch = Epoch.NONE;
    @Nullable Incarnation incarnation;
    @Nullable NodeId owner;
    boolean released;
    long ownedAtOffset = -1;
    long digest;
    final List<Long> digests = new ArrayList<>();
    final Map<SessionId, TreeMap<Long, Version>> history = new HashMap<>();
  }

  private final Map<SlotId, Slot> slots = new HashMap<>();
  private final Map<RequestKey, Long> effects = new HashMap<>();
  private final Map<RequestKey, Change> asked = new HashMap<>();
  private final Set<RequestKey> refused = new HashSet<>();
  private long handovers;
  private long voids;

  private Slot slot(SlotId slot) {
    return slots.computeIfAbsent(slot, _ -> new Slot());
  }

  /** A record has got its place in the log. */
  void appended(SlotId id, long offset, SlotEntry entry) {
    Slot slot = slot(id);
    switch (entry) {
      case SlotEntry.Owned owned -> own(slot, offset, owned);
      case SlotEntry.Settled _ -> {}
      case SlotEntry.Checked checked -> check(id, slot, checked);
      case SlotEntry.Released released -> {
        if (counts(slot, released)) {
          slot.released = true;
        }
      }
      case SlotEntry.Written written -> {
        if (counts(slot, written)
            && written.version().exceeds(latest(slot, written.session()).version())) {
          write(id, slot, offset, written);
        } else {
          voids++;
        }
      }
      case SlotEntry.Malformed malformed -> setAside(slot, offset, malformed);
    }
    slot.digests.add(slot.digest);
  }

  /** What the owner wrote counts, whether or not it can be read: other versions follow it. */
  private void setAside(Slot slot, long offset, SlotEntry.Malformed malformed) {
    if (malformed.session().isEmpty() || malformed.signature().isEmpty()) {
      voids++;
      return;
    }
    SessionId session = malformed.session().get();
    SlotEntry.Signature by = malformed.signature().get();
    Version before = latest(slot, session);
    if (counts(slot, new SlotEntry.Settled(by.epoch(), by.incarnation()))
        && by.version().exceeds(before.version())) {
      slot.history
          .computeIfAbsent(session, _ -> new TreeMap<>())
          .put(offset, new Version(by.version(), before.shard()));
    } else {
      voids++;
    }
  }

  private void check(SlotId id, Slot slot, SlotEntry.Checked checked) {
    boolean wrong =
        counts(slot, checked)
            && checked
                .sample()
                .filter(sample -> sample.digest() != digestBefore(id, sample.offset()))
                .isPresent();
    if (wrong) {
      throw new Violation("I9", "the owner of " + id + " tells of what the log does not say");
    }
  }

  private void own(Slot slot, long offset, SlotEntry.Owned owned) {
    if (owned.epoch().compareTo(slot.epoch) <= 0) {
      voids++;
      return;
    }
    if (slot.owner != null && !slot.owner.equals(owned.node())) {
      handovers++;
    }
    slot.epoch = owned.epoch();
    slot.incarnation = owned.incarnation();
    slot.owner = owned.node();
    slot.released = false;
    slot.ownedAtOffset = offset;
  }

  private static boolean counts(Slot slot, SlotEntry.Signed entry) {
    return !slot.released
        && entry.epoch().equals(slot.epoch)
        && Objects.equals(slot.incarnation, entry.incarnation());
  }

  private void write(SlotId id, Slot slot, long offset, SlotEntry.Written written) {
    Version before = latest(slot, written.session());
    if (!written.version().equals(before.version().next())) {
      throw new Violation(
          "I3", id + " jumps from version " + before.version() + " to " + written.version());
    }
    boolean hadEnded = before.shard().filter(Shard::ended).isPresent();
    if (hadEnded && written.shard().filter(shard -> !shard.ended()).isPresent()) {
      throw new Violation("I10", "session " + written.session() + " lives again in " + id);
    }
    written.shard().ifPresent(shard -> follows(id, before.shard(), shard, written.session()));
    slot.digest -= before.shard().map(shard -> digest(written.session(), shard)).orElse(0L);
    slot.digest += written.shard().map(shard -> digest(written.session(), shard)).orElse(0L);
    slot.history
        .computeIfAbsent(written.session(), _ -> new TreeMap<>())
        .put(
            offset,
            written.shard().isPresent() ? new Version(written.version(), written.shard()) : NONE);
    if (written.shard().isEmpty() || written.shard().get().requests().isEmpty()) {
      return;
    }
    AppliedRequest last = written.shard().get().requests().getLast();
    if (last.version().equals(written.version())) {
      effect(id, last);
    }
  }

  /**
   * A shard's next state holds what the last one held and what was asked, no more and no less: a
   * write that was acknowledged is lost as well if a later record leaves it out.
   */
  private void follows(SlotId id, Optional<Shard> before, Shard shard, SessionId session) {
    List<AppliedRequest> kept = before.map(Shard::requests).orElse(List.of());
    List<AppliedRequest> now = shard.requests();
    boolean asks = !now.isEmpty() && now.getLast().version().equals(shard.version());
    if (!remembers(kept, now.subList(0, now.size() - (asks ? 1 : 0)), now)) {
      throw new Violation("I11", id + " forgets requests to " + session);
    }
    Content content = before.map(Shard::content).orElse(Content.EMPTY);
    Optional<Content> due =
        asks
            ? Optional.ofNullable(asked.get(now.getLast().key()))
                .map(change -> changed(content, change))
            : Optional.of(shard.ended() ? Content.EMPTY : content);
    if (due.isPresent() && !due.get().equals(shard.content())) {
      throw new Violation(
          "I1", id + ": version " + shard.version() + " of " + session + " loses what was written");
    }
  }

  /** Nothing is forgotten but what was applied longer ago than keys hold, oldest first. */
  private static boolean remembers(
      List<AppliedRequest> kept, List<AppliedRequest> left, List<AppliedRequest> now) {
    int forgotten = kept.size() - left.size();
    if (forgotten == 0 || now.isEmpty()) {
      return left.equals(kept);
    }
    Instant newest = now.getLast().at();
    return forgotten > 0
        && kept.subList(forgotten, kept.size()).equals(left)
        && kept.subList(0, forgotten).stream()
            .allMatch(one -> Duration.between(one.at(), newest).compareTo(KEYS_HOLD) >= 0);
  }

  private static Content changed(Content before, Change change) {
    if (change instanceof Change.Put(Content content)) {
      return content;
    }
    if (change instanceof Change.Merge(var patches)) {
      TreeMap<String, String> merged = new TreeMap<>(before.attributes());
      merged.putAll(patches);
      return new Content(merged);
    }
    throw new IllegalArgumentException("no client asks for " + change);
  }

  private static long digest(SessionId session, Shard shard) {
    return Digest.of(Map.of(session, shard));
  }

  private void effect(SlotId id, AppliedRequest request) {
    if (effects.putIfAbsent(request.key(), request.version().value()) != null) {
      throw new Violation("I11", "a request has had a second effect in " + id);
    }
    if (refused.contains(request.key())) {
      throw new Violation("I2", "a refused write is visible in " + id);
    }
  }

  private static Version latest(Slot slot, SessionId session) {
    TreeMap<Long, Version> history = slot.history.get(session);
    return history == null ? NONE : history.lastEntry().getValue();
  }

  /** A caller was told that its request never had an effect in any attempt, and never will. */
  void refused(RequestKey key, SlotId slot) {
    if (effects.containsKey(key)) {
      throw new Violation("I2", "a write was refused that has had its effect in " + slot);
    }
    refused.add(key);
  }

  /** A caller was told that its write is applied. */
  void acknowledged(RequestKey key, SlotId slot, ShardVersion version) {
    Long effect = effects.get(key);
    if (effect == null) {
      throw new Violation("I1", "an acknowledged write is not in the log of " + slot);
    }
    if (effect != version.value()) {
      throw new Violation(
          "I1", slot + ": acknowledged as version " + version + " but applied as " + effect);
    }
  }

  /** Somebody is about to ask for this change under this key. */
  void asked(RequestKey key, Change change) {
    asked.put(key, change);
  }

  /** Whether the request has had its effect. */
  boolean hasHadEffect(RequestKey key) {
    return effects.containsKey(key);
  }

  /** The sessions whose end has begun in a slot of the area {@code session} and is not over. */
  Set<SessionId> ending(SlotId slot) {
    Set<SessionId> ending = new TreeSet<>();
    slot(slot)
        .history
        .forEach((session, history) -> {
          boolean half =
              history
                  .lastEntry()
                  .getValue()
                  .shard()
                  .flatMap(Shard::facts)
                  .filter(facts -> facts.state() == SessionFacts.State.ENDING)
                  .isPresent();
          if (half) {
            ending.add(session);
          }
        });
    return ending;
  }

  /** The digest of the slot once all its records had been applied. */
  long digest(SlotId slot) {
    return slot(slot).digest;
  }

  /** The newest version of a shard. */
  ShardVersion version(SlotId slot, SessionId session) {
    return latest(slot(slot), session).version();
  }

  /** The newest content of a shard. */
  Optional<Shard> shard(SlotId slot, SessionId session) {
    return latest(slot(slot), session).shard();
  }

  /** What the shard was as of a version, if it ever had it. */
  Optional<Shard> shardAt(SlotId slot, SessionId session, ShardVersion version) {
    TreeMap<Long, Version> history = slot(slot).history.get(session);
    return history == null
        ? Optional.empty()
        : history.values().stream()
            .filter(one -> one.version().equals(version))
            .findFirst()
            .flatMap(Version::shard);
  }

  /** The shard once the records before an offset had been applied. */
  Optional<Shard> shardBefore(SlotId slot, SessionId session, long offset) {
    TreeMap<Long, Version> history = slot(slot).history.get(session);
    Map.Entry<Long, Version> before = history == null ? null : history.lowerEntry(offset);
    return before == null ? Optional.empty() : before.getValue().shard();
  }

  /** The digest of the slot once the records before an offset had been applied. */
  long digestBefore(SlotId slot, long offset) {
    return offset == 0 ? 0 : slot(slot).digests.get((int) offset - 1);
  }

  Epoch epoch(SlotId slot) {
    return slot(slot).epoch;
  }

  /** Where the ownership record in force stands; negative if there is none. */
  long ownedAtOffset(SlotId slot) {
    return slot(slot).ownedAtOffset;
  }

  Optional<NodeId> owner(SlotId slot) {
    return Optional.ofNullable(slot(slot).owner);
  }

  long handovers() {
    return handovers;
  }

  /** Records that count for nobody. */
  long voids() {
    return voids;
  }
}
