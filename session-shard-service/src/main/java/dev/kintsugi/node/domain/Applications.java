package dev.kintsugi.node.domain;

import dev.kintsugi.core.ApplicationId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Numbers for the applications that occur in a slot, in the order in which they came. They are the
 * few clients of a deployment, and are kept for as long as the slot is. Not thread-safe.
 */
final class Applications {

  private final List<ApplicationId> named = new ArrayList<>();
  private final List<byte[]> bytes = new ArrayList<>();
  private final Map<ApplicationId, Integer> numbers = new HashMap<>();

  int numberOf(ApplicationId application) {
    Integer known = numbers.get(application);
    if (known != null) {
      return known;
    }
    int number = named.size();
    named.add(application);
    bytes.add(application.value().getBytes(StandardCharsets.UTF_8));
    numbers.put(application, number);
    return number;
  }

  ApplicationId named(int number) {
    return named.get(number);
  }

  /** The name in UTF-8; nobody writes to it. */
  byte[] bytesOf(int number) {
    return bytes.get(number);
  }
}
