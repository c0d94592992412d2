package dev.kintsugi.local;

import java.util.ArrayList;
import java.util.List;

/** One process of the suite. */
public record PartName(Kind kind, int number) implements Comparable<PartName> {

  /** What a process is, in the order in which processes are shown. */
  public enum Kind {
    GATEWAY("gateway", "api-gateway"),
    IDENTITY_PROVIDER("identity-provider", "examples/identity-provider"),
    TOKEN_SERVICE("token-service", "token-refresh-service"),
    COORDINATOR("coordinator", "handover-coordinator"),
    NODE("node", "session-shard-service"),
    KAFKA("kafka", ""),
    REDIS("redis", "");

    private final String label;
    private final String module;

    Kind(String label, String module) {
      this.label = label;
      this.module = module;
    }

    /** What names of processes of this kind begin with. */
    public String label() {
      return label;
    }

    /** The Maven module it is built by; empty for Kafka and Redis. */
    public String module() {
      return module;
    }

    boolean isNumbered() {
      return this == COORDINATOR || this == NODE;
    }

    /** Whether it is a service of this project, with settings and health of Spring Boot. */
    public boolean isService() {
      return !module.isEmpty();
    }
  }

  /** How many coordinators there are: one leads, one is ready to. */
  public static final int COORDINATORS = 2;

  public PartName {
    if (kind.isNumbered() ? number < 1 : number != 0) {
      throw new IllegalArgumentException("there is no " + kind.label() + " number " + number);
    }
  }

  /** The only process of its kind. */
  public static PartName of(Kind kind) {
    return new PartName(kind, 0);
  }

  public static PartName node(int number) {
    return new PartName(Kind.NODE, number);
  }

  public static PartName coordinator(int number) {
    return new PartName(Kind.COORDINATOR, number);
  }

  /** The processes of a suite with {@code nodes} nodes. */
  public static List<PartName> all(int nodes) {
    var all = new ArrayList<PartName>();
    for (Kind kind : Kind.values()) {
      int count = kind == Kind.NODE ? nodes : COORDINATORS;
      for (int number = 1; kind.isNumbered() && number <= count; number++) {
        all.add(new PartName(kind, number));
      }
      if (!kind.isNumbered()) {
        all.add(of(kind));
      }
    }
    return List.copyOf(all);
  }

  /**
   * Finds the process called {@code name}.
   *
   * @throws SuiteException if there is none; names those that there are
   */
  public static PartName parse(String name, int nodes) {
    List<PartName> all = all(nodes);
    return all.stream()
        .filter(part -> part.toString().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new SuiteException(
                "there is no process \"%s\"; the processes are: %s"
                    .formatted(
                        name, String.join(", ", all.stream().map(PartName::toString).toList()))));
  }

  @Override
  public int compareTo(PartName other) {
    int byKind = kind.compareTo(other.kind);
    return byKind != 0 ? byKind : Integer.compare(number, other.number);
  }

  /** As the process is called on the command line. */
  @Override
  public String toString() {
    return kind.isNumbered() ? kind.label() + '-' + number : kind.label();
  }
}
