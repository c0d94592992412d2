package dev.kintsugi.local.demo.plan;

import java.util.Arrays;
import java.util.Optional;

/** The areas of a mail user's session. */
public enum DemoArea {
  MAILBOX_LIST("mailbox-list"),
  MESSAGE_CONTENT("message-content"),
  SETTINGS("settings");

  private final String areaName;

  DemoArea(String areaName) {
    this.areaName = areaName;
  }

  /** As the public API names it. */
  public String areaName() {
    return areaName;
  }

  public static Optional<DemoArea> named(String name) {
    return Arrays.stream(values()).filter(area -> area.areaName.equals(name)).findFirst();
  }
}
