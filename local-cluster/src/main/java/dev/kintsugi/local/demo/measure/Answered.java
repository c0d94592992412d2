package dev.kintsugi.local.demo.measure;

/** How a request ended. */
public sealed interface Answered {

  /** With the answer that it should get. */
  record Properly() implements Answered {}

  /**
   * With anything else.
   *
   * @param status of the HTTP answer; 0 where there was none
   * @param detail the problem document, or what happened
   */
  record Wrongly(int status, String detail) implements Answered {}

  Answered PROPERLY = new Properly();
}
