package dev.kintsugi.local;

import java.util.ArrayList;
import java.util.List;

/**
 * Where each part listens, on 127.0.0.1.
 *
 * @param base the gateway's port; all others follow from it
 */
public record Ports(int base) {

  /** Where a suite listens if nobody says otherwise. */
  public static final Ports DEFAULT = new Ports(7400);

  private static final int LOWEST = 1024;
  private static final int SPAN = 100;

  public Ports {
    if (base < LOWEST || base > 65_535 - SPAN) {
      throw new IllegalArgumentException(
          "the port base must be %d to %d, got %d".formatted(LOWEST, 65_535 - SPAN, base));
    }
  }

  public int gateway() {
    return base;
  }

  public int identityProvider() {
    return base + 1;
  }

  public int tokenService() {
    return base + 2;
  }

  /** Of coordinator {@code number}, from 1. */
  public int coordinator(int number) {
    return base + 10 + number;
  }

  /** Of node {@code number}, from 1. */
  public int node(int number) {
    return base + 20 + number;
  }

  public int kafka() {
    return base + 81;
  }

  public int kafkaController() {
    return base + 82;
  }

  public int redis() {
    return base + 91;
  }

  /** All ports of a suite with {@code nodes} nodes. */
  public List<Integer> all(int nodes) {
    var all = new ArrayList<Integer>();
    all.addAll(List.of(gateway(), identityProvider(), tokenService()));
    all.addAll(List.of(coordinator(1), coordinator(2)));
    for (int number = 1; number <= nodes; number++) {
      all.add(node(number));
    }
    all.addAll(List.of(kafka(), kafkaController(), redis()));
    return List.copyOf(all);
  }
}
