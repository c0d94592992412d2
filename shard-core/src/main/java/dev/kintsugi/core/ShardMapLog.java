package dev.kintsugi.core;

import java.util.Optional;

/**
 * The fold over the topic shard-map: who leads, and which map is in force. Every reader computes
 * the same from the same prefix. Not thread-safe.
 */
public final class ShardMapLog {

  /** A record of the topic, decoded. */
  public sealed interface Entry {
    Epoch epoch();

    Incarnation incarnation();

    /** Takes the lead. */
    record Leadership(Epoch epoch, Incarnation incarnation, String coordinator, String url)
        implements Entry {}

    /** Says that the leader is still there. */
    record Beat(Epoch epoch, Incarnation incarnation) implements Entry {}

    /** A whole table; its version is overwritten by where it stands in the log. */
    record Table(Epoch epoch, Incarnation incarnation, ShardMap map) implements Entry {}
  }

  /** What a record did. */
  public enum Outcome {
    LEADER_CHANGED,
    LEADER_ALIVE,
    MAP_CHANGED,
    /** Written by somebody who no longer led, or a leadership record that came too late. */
    VOID,
    /** Applied before. */
    DUPLICATE
  }

  /** Who leads. */
  public record Leader(Epoch epoch, Incarnation incarnation, String coordinator, String url) {}

  private long nextOffset;
  private Optional<Leader> leader = Optional.empty();
  private ShardMap map = ShardMap.EMPTY;

  public Outcome apply(long offset, Entry entry) {
    if (offset < nextOffset) {
      return Outcome.DUPLICATE;
    }
    nextOffset = offset + 1;
    return switch (entry) {
      case Entry.Leadership taking -> lead(taking);
      case Entry.Beat beat -> isLeader(beat) ? Outcome.LEADER_ALIVE : Outcome.VOID;
      case Entry.Table table -> {
        if (!isLeader(table)) {
          yield Outcome.VOID;
        }
        map = table.map().at(new MapVersion(table.epoch(), offset));
        yield Outcome.MAP_CHANGED;
      }
    };
  }

  private Outcome lead(Entry.Leadership taking) {
    if (!taking.epoch().fences(epoch())) {
      return Outcome.VOID;
    }
    leader =
        Optional.of(
            new Leader(taking.epoch(), taking.incarnation(), taking.coordinator(), taking.url()));
    return Outcome.LEADER_CHANGED;
  }

  private boolean isLeader(Entry entry) {
    return leader.isPresent()
        && leader.get().epoch().equals(entry.epoch())
        && leader.get().incarnation().equals(entry.incarnation());
  }

  /** The epoch in force; {@link Epoch#NONE} before anybody has led. */
  public Epoch epoch() {
    return leader.map(Leader::epoch).orElse(Epoch.NONE);
  }

  public Optional<Leader> leader() {
    return leader;
  }

  public ShardMap map() {
    return map;
  }

  /** The offset of the next record to apply. */
  public long nextOffset() {
    return nextOffset;
  }
}
