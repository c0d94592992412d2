package dev.kintsugi.local.verify.report;

import dev.kintsugi.local.verify.check.History;
import dev.kintsugi.local.verify.check.Violation;
import dev.kintsugi.local.verify.measure.FaultWindow;
import dev.kintsugi.local.verify.measure.Judge;
import java.util.List;
import java.util.Map;

/**
 * What a run's timeline shows.
 *
 * @param title what was done
 * @param line the run in numbers
 * @param owners of the slots when the run began, by the slot's name
 * @param seconds how long it was
 */
public record RunReport(
    String title,
    String line,
    History history,
    Judge judge,
    List<FaultWindow> faults,
    Map<String, String> owners,
    List<Moved> moves,
    List<Violation> violations,
    double seconds) {

  /**
   * A slot that got another owner.
   *
   * @param seconds from the beginning of the run
   * @param epoch the grant that the map names
   */
  public record Moved(
      double seconds, String slot, String from, String to, boolean planned, long epoch) {}
}
