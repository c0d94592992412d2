package dev.kintsugi.client.domain;

/** Why a request is parked, replayed or given up. */
public enum Trouble {
  NO_OWNER("no node owns the slot at present"),
  NOT_OWNER("the node asked does not own the slot"),
  REFUSED("the owner cannot serve the slot at present"),
  UNREACHABLE("the owner cannot be reached"),
  UNKNOWN("the owner could not tell whether the write happened"),
  LOST("the connection to the owner broke before it answered"),
  SILENT("the owner did not answer in time"),
  MOVED("the slot moved to another owner while the owner had not answered"),
  BARRED("the owner failed too often of late and is left alone for a moment"),
  SPENT("the owner failed, and too many requests are being repeated at present"),
  CROWDED("too many requests are at the owner, or wait for it"),
  OVERSIZED("the owner's answer exceeds the largest size accepted"),
  DROPPED("nobody waits for the answer any more");

  private final String text;

  Trouble(String text) {
    this.text = text;
  }

  /** One clause in English, fit for a problem's detail. */
  public String text() {
    return text;
  }

  static Trouble of(Reply reply) {
    return switch (reply) {
      case NOT_OWNER -> NOT_OWNER;
      case REFUSED -> REFUSED;
      case UNREACHED, UNSENT -> UNREACHABLE;
      case UNKNOWN -> UNKNOWN;
      case LOST -> LOST;
      case OVERSIZED -> OVERSIZED;
      case FINAL -> throw new IllegalArgumentException("a final answer is no trouble");
    };
  }
}
