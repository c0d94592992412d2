package dev.kintsugi.trace;

import java.util.Locale;
import java.util.regex.Pattern;

/** The kinds of action that a replay tells apart. */
public enum ActionKind {
  /** A message was sent, to peers if they are known. */
  SEND("send|sent|reply|forward|mail|post"),
  /** Preferences were changed. */
  SETTINGS("setting|preference|profile|config|filter|theme"),
  /** Something of the user's own was changed. */
  WRITE("write|edit|update|put|patch|delete|draft|create|save|flag|move|mark"),
  /** Something was looked at; also every action with a name that says nothing else. */
  READ("^(read|view|open|get|list)");

  private final Pattern words;

  ActionKind(String words) {
    this.words = Pattern.compile(words);
  }

  /**
   * The kind that a free-text name of an action means: {@link #READ} if it begins with "read",
   * "view", "open", "get" or "list" ("read mail" is no sent mail); else the first kind, in the
   * order of declaration, of which one word occurs in the name; else {@link #READ}.
   */
  public static ActionKind named(String name) {
    String lower = name.strip().toLowerCase(Locale.ROOT);
    if (READ.words.matcher(lower).find()) {
      return READ;
    }
    for (ActionKind kind : values()) {
      if (kind.words.matcher(lower).find()) {
        return kind;
      }
    }
    return READ;
  }
}
