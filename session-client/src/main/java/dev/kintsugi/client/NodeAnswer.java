package dev.kintsugi.client;

import java.net.http.HttpHeaders;

/** What a node answered to one attempt. Immutable; the body is shared, not copied. */
public final class NodeAnswer {

  private final int status;
  private final HttpHeaders headers;
  private final byte[] body;

  /**
   * An answer.
   *
   * @param body not copied; not to be changed afterwards
   */
  public NodeAnswer(int status, HttpHeaders headers, byte[] body) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  public int status() {
    return status;
  }

  public HttpHeaders headers() {
    return headers;
  }

  /** Not a copy; not to be changed. */
  public byte[] body() {
    return body;
  }
}
