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
  private final List<Long> digests = new ArrayList<>();
  private final Map<ApplicationId, Integer> numbers = new HashMap<>();

  int numberOf(ApplicationId application) {
    Integer known = numbers.get(application);
    if (known != null) {
      return known;
    }
    int number = named.size();
    named.add(application);
    byte[] name = application.value().getBytes(StandardCharsets.UTF_8);
    digests.add(Digest.with(0, name, 0, name.length));
    numbers.put(application, number);
    return number;
  }

  ApplicationId named(int number) {
    return named.get(number);
  }

  /** The digest of the name. */
  long digestOf(int number) {
    return digests.get(number);
  }
}
