package dev.kintsugi.local.verify.check;

/**
 * A request and what came of it.
 *
 * @param id counts the requests of a run from 0
 */
public record Exchange(int id, Request request, Answer answer) {

  /** From the intended start to the answer. */
  public long latencyNanos() {
    return answer.nanos() - request.intendedNanos();
  }

  /** As evidence: everything that a verdict can rest on, in one line. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append("request ").append(id).append(' ').append(request.kind());
    text.append(request.via() == 0 ? "" : " straight from node-" + request.via());
    text.append(request.value() == 0 ? "" : " of value " + request.value());
    text.append(request.ifMatch() < 0 ? "" : " if version " + request.ifMatch());
    text.append(
        " (sent %.3f s, answered %.3f s, status %d, %s"
            .formatted(
                request.sentNanos() / 1e9,
                answer.nanos() / 1e9,
                answer.status(),
                answer.fate().name().toLowerCase(java.util.Locale.ROOT)));
    if (answer.version() >= 0) {
      text.append(", version ").append(answer.version());
    }
    if (!answer.epoch().isNone()) {
      text.append(", epoch ").append(answer.epoch()).append(", offset ").append(answer.offset());
    }
    return text.append(answer.stale() ? ", marked stale)" : ")").toString();
  }
}
