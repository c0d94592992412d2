package dev.kintsugi.local;

import java.util.List;

/**
 * Where a process runs that runs elsewhere than the others, such as in a network namespace.
 *
 * @param entry the command that goes there and becomes the command that follows it
 * @param host the address at which the process listens there and is reached from everywhere
 */
public record Place(List<String> entry, String host) {

  public Place {
    entry = List.copyOf(entry);
  }
}
