package dev.kintsugi.node.domain;

import dev.kintsugi.core.ApplicationId;
import dev.kintsugi.core.UserId;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;

/** What a write does to its shard. */
public sealed interface Change {

  /**
   * Replaces all attributes; an empty content empties the area. Refused where there is no shard.
   */
  record Put(Content content) implements Change {}

  /**
   * Merges attribute by attribute (RFC 7396). Refused where there is no shard.
   *
   * @param patches name to JSON merge document; the text {@code null} removes the attribute
   */
  record Merge(SortedMap<String, String> patches) implements Change {}

  /**
   * First content of a shard. Where one is there already (and has not ended) it stays as it is, and
   * the answer is {@link Refusal#ALREADY_THERE}.
   *
   * @param facts given for the area {@code session}, and only there
   */
  record Create(
      ApplicationId application,
      Optional<UserId> user,
      Content content,
      Optional<SessionFacts> facts)
      implements Change {}

  /**
   * Ends the session in this area: an end mark in place of the content. Applied also where there is
   * no shard, so that none can be made later; applied once, a second one finds it done.
   */
  record End(ApplicationId application, Optional<UserId> user) implements Change {}

  /** Advances the session's state; in the area {@code session} only. Going back is refused. */
  record Advance(SessionFacts.State state) implements Change {}

  /**
   * Writes down when the session was active last; in the area {@code session} only, and only while
   * it lives. Not kept among the requests: a second one changes nothing.
   */
  record Touch(Instant at) implements Change {}
}
