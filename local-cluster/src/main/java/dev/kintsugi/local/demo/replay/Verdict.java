package dev.kintsugi.local.demo.replay;

import dev.kintsugi.local.demo.ledger.Found;
import dev.kintsugi.local.demo.measure.Answered;
import dev.kintsugi.local.demo.plan.Call;
import dev.kintsugi.local.demo.plan.DemoArea;
import java.util.Map;
import java.util.Optional;

/**
 * What an answer means: whether it is the proper one, and what is known of a write's fate. Pure.
 */
sealed interface Verdict {

  /** A write is done, as this version. */
  record Written(long version) implements Verdict {}

  /** A read has its answer. */
  record WasRead() implements Verdict {}

  /** A write did not happen, or a read has no answer. */
  record Refused(Answered.Wrongly why) implements Verdict {}

  /** A write may have happened. */
  record Unknown(Answered.Wrongly why) implements Verdict {}

  /**
   * Judges an answer.
   *
   * @param newest the acknowledged version of each area when the request was sent; a read that
   *     shows an older one is wrong
   */
  static Verdict of(Call call, Reply reply, Map<DemoArea, Long> newest) {
    return switch (call) {
      case Call.Patch _ -> ofPatch(reply);
      case Call.Read read -> ofRead(read, reply, newest);
      case Call.Rebuild rebuild -> ofRebuild(rebuild, reply, newest);
    };
  }

  private static Verdict ofPatch(Reply reply) {
    Answered.Wrongly wrong = new Answered.Wrongly(reply.status(), reply.body());
    if (reply.status() == 504 || Answers.outcomeIsUnknown(reply.body())) {
      return new Unknown(wrong);
    }
    if (reply.status() / 100 != 2) {
      return new Refused(wrong);
    }
    Optional<Long> version = Answers.version(reply.etag());
    return version.isPresent()
        ? new Written(version.get())
        : new Unknown(
            new Answered.Wrongly(reply.status(), "no ETag with a version: " + reply.etag()));
  }

  private static Verdict ofRead(Call.Read read, Reply reply, Map<DemoArea, Long> newest) {
    if (reply.status() != 200) {
      return new Refused(new Answered.Wrongly(reply.status(), reply.body()));
    }
    Optional<Long> version = Answers.version(reply.etag());
    if (version.isEmpty()) {
      return new Refused(new Answered.Wrongly(200, "no ETag with a version: " + reply.etag()));
    }
    return notOlder(read.area(), version.get(), reply.stale(), newest);
  }

  private static Verdict ofRebuild(Call.Rebuild rebuild, Reply reply, Map<DemoArea, Long> newest) {
    if (reply.status() != 200) {
      return new Refused(new Answered.Wrongly(reply.status(), reply.body()));
    }
    Map<DemoArea, Found> found = Answers.areas(reply.body());
    boolean stale = reply.stale() || Answers.hasStaleArea(reply.body());
    for (DemoArea area : rebuild.areas()) {
      Found there = found.get(area);
      if (there == null) {
        return new Refused(
            new Answered.Wrongly(200, "no " + area.areaName() + " in " + reply.body()));
      }
      Verdict verdict = notOlder(area, there.version(), stale, newest);
      if (!(verdict instanceof WasRead)) {
        return verdict;
      }
    }
    return new WasRead();
  }

  private static Verdict notOlder(
      DemoArea area, long version, boolean stale, Map<DemoArea, Long> newest) {
    long written = newest.getOrDefault(area, 0L);
    if (version >= written || stale) {
      return new WasRead();
    }
    return new Refused(
        new Answered.Wrongly(
            200,
            "an old answer: version %d of %s, but %d had been acknowledged before"
                .formatted(version, area.areaName(), written)));
  }
}
