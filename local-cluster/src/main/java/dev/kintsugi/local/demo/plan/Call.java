package dev.kintsugi.local.demo.plan;

import java.util.List;

/** One call of the public API about one session. */
public sealed interface Call {

  /** A merge patch on one area. */
  record Patch(DemoArea area, Changes changes) implements Call {}

  /** One area is read. */
  record Read(DemoArea area) implements Call {}

  /** The session is rebuilt from several areas. */
  record Rebuild(List<DemoArea> areas) implements Call {
    public Rebuild {
      areas = List.copyOf(areas);
    }
  }

  /** A short name for reports, for example {@code PATCH mailbox-list}. */
  default String label() {
    return switch (this) {
      case Patch patch -> "PATCH " + patch.area().areaName();
      case Read read -> "GET " + read.area().areaName();
      case Rebuild rebuild -> "GET " + rebuild.areas().size() + " areas";
    };
  }
}
