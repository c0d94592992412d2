package dev.kintsugi.trace;

/** The formats that a trace may have; each says what one line of it looks like. */
public enum TraceFormat {
  MAIL_EDGES("`sender recipient seconds`, for example `582 364 4523`"),
  CSV("`user,action,time` (time: seconds or milliseconds since 1970, or ISO-8601)"),
  ACCESS_LOG("`host ident user [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.1\" 200 2326 …`");

  private final String line;

  TraceFormat(String line) {
    this.line = line;
  }

  /** What a line looks like, for messages. */
  public String line() {
    return line;
  }
}
