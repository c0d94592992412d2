package dev.kintsugi.gateway.domain;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Which headers pass between clients and upstream applications. */
public final class PassedHeaders {
  /*
   * What belongs to one connection never passes (RFC 9110, 7.6.1). Of a request, what would let the
   * client speak for the gateway does not either: its own credentials, the two headers that the
   * gateway adds, what proxies say of themselves, and what makes some frameworks take another method
   * or path than the one that was checked. A name with an underscore may read as one with a hyphen
   * (CGI), so none passes.
   */

  private static final Set<String> OF_THE_CONNECTION =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "http2-settings",
          "content-length",
          "expect",
          "host");

  private static final Set<String> KEPT_FROM_UPSTREAMS =
      Set.of(
          "authorization",
          "cookie",
          "cookie2",
          "forwarded",
          "via",
          "true-client-ip",
          "activity-time",
          "x-real-ip",
          "x-http-method",
          "x-http-method-override",
          "x-method-override",
          "x-original-url",
          "x-rewrite-url");

  private static final Set<String> KEPT_FROM_CLIENTS =
      Set.of("set-cookie", "set-cookie2", "via", "alt-svc");

  private static final List<String> PREFIXES_KEPT_FROM_UPSTREAMS =
      List.of("proxy-", "x-forwarded-", "kintsugi-", "shard-");
  private static final List<String> PREFIXES_KEPT_FROM_CLIENTS =
      List.of("proxy-", "kintsugi-", "shard-");

  private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^`|~0-9A-Za-z-]{1,128}");

  private PassedHeaders() {}

  /** What an upstream may see of a request's headers; names in lower case. */
  public static Map<String, List<String>> toUpstream(Map<String, List<String>> request) {
    return passed(request, KEPT_FROM_UPSTREAMS, PREFIXES_KEPT_FROM_UPSTREAMS);
  }

  /** What a client may see of an upstream's answer; names in lower case. */
  public static Map<String, List<String>> toClient(Map<String, List<String>> answer) {
    return passed(answer, KEPT_FROM_CLIENTS, PREFIXES_KEPT_FROM_CLIENTS);
  }

  private static Map<String, List<String>> passed(
      Map<String, List<String>> headers, Set<String> kept, List<String> keptPrefixes) {
    Set<String> dropped = new TreeSet<>(OF_THE_CONNECTION);
    dropped.addAll(kept);
    Map<String, List<String>> passed = new TreeMap<>();
    headers.forEach((name, values) -> {
      if (name.equalsIgnoreCase("connection")) {
        values.forEach(value -> {
          for (String named : value.split(",", -1)) {
            dropped.add(lower(named.strip()));
          }
        });
      }
    });
    headers.forEach((name, values) -> {
      String lower = lower(name);
      List<String> sound = values.stream().filter(PassedHeaders::isSound).toList();
      boolean stays = dropped.contains(lower) || keptPrefixes.stream().anyMatch(lower::startsWith);
      if (!stays && NAME.matcher(name).matches() && !sound.isEmpty()) {
        passed.put(lower, sound);
      }
    });
    return passed;
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  /** Whether a value can end neither its line nor the head. */
  private static boolean isSound(String value) {
    return value.chars().allMatch(c -> c == '\t' || (c >= ' ' && c != 0x7f && c <= 0xff));
  }
}
