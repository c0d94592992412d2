package dev.kintsugi.core;

import java.util.regex.Pattern;

/** The name of one running shard node; it survives restarts. */
public record NodeId(String value) implements Comparable<NodeId> {

  private static final Pattern FORM = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?");

  public NodeId {
    Names.check("a node id", value, FORM, "1 to 63 lower-case letters, digits, dots or hyphens");
  }

  @Override
  public int compareTo(NodeId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
