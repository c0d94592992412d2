package dev.kintsugi.local.verify.measure;

import java.util.List;

/**
 * One run in numbers.
 *
 * @param requests of the client's, through the gateway
 * @param failed of them, those that got anything but their proper answer
 * @param acked writes that were acknowledged, through the gateway or straight by a node
 * @param gapMillis longest time to a proper answer around the fault
 * @param quietGapMillis the same for the quiet time before it
 * @param recoveryMillis from the fault's end until requests were answered as usual again
 * @param pausesMillis of each planned move of a slot, as far as they were found
 * @param falseFailovers slots taken from a node that nothing was done to
 * @param others violations of other rules than lost, stale and zombie
 * @param moves owner changes; at most so many of one slot
 */
public record RunFigures(
    int run,
    long requests,
    long failed,
    long acked,
    long lost,
    long stale,
    long zombie,
    long others,
    double gapMillis,
    double quietGapMillis,
    double recoveryMillis,
    List<Double> pausesMillis,
    int falseFailovers,
    Moves moves) {

  /**
   * Owner changes of a run.
   *
   * @param all of them
   * @param mostOfOneSlot the slot that moved most
   * @param least as many as the fault makes necessary; 0: not known
   * @param planned of all
   */
  public record Moves(int all, int mostOfOneSlot, int least, int planned) {}

  public RunFigures {
    pausesMillis = List.copyOf(pausesMillis);
  }
}
