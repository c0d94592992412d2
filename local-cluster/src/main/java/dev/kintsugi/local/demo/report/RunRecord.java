package dev.kintsugi.local.demo.report;

import dev.kintsugi.local.demo.ledger.Finding;
import dev.kintsugi.local.demo.measure.DemoSummary;
import dev.kintsugi.local.demo.measure.FaultSpan;
import dev.kintsugi.local.demo.measure.Recording;
import dev.kintsugi.local.demo.measure.Sample;
import dev.kintsugi.local.demo.plan.ReplayPlan;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Everything that is known of a run when it is over.
 *
 * @param trace what was replayed
 * @param policy by which tokens were renewed
 * @param began when the replay began
 * @param ownerChanges when slots changed owners, from the beginning of the replay
 */
public record RunRecord(
    String trace,
    String policy,
    Instant began,
    ReplayPlan plan,
    DemoSummary summary,
    Recording.Latencies latencies,
    List<Sample> samples,
    List<FaultSpan> faults,
    List<Moved> ownerChanges,
    List<Finding> findings) {

  /** A slot's change of owner. */
  public record Moved(Duration at, String slot, String from, String to, String kind) {}

  public RunRecord {
    samples = List.copyOf(samples);
    faults = List.copyOf(faults);
    ownerChanges = List.copyOf(ownerChanges);
    findings = List.copyOf(findings);
  }
}
