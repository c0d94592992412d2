package dev.kintsugi.local.verify.fault;

/** Something that goes wrong and comes right again. */
@FunctionalInterface
public interface Fault {

  /** What has to be done before there is any load. Blocking. */
  default void prepare(Scene scene) throws InterruptedException {}

  /**
   * Breaks, waits, mends, and notes in the scene what it did. Blocking.
   *
   * @throws InterruptedException if it is broken off; closing the scene mends then
   */
  void run(Scene scene) throws InterruptedException;
}
