package dev.kintsugi.local.demo.plan;

import java.util.SplittableRandom;

/** Text that looks like mail, the same for the same number. */
final class Texts {

  private static final String[] WORDS = {
    "about",
    "again",
    "agenda",
    "answer",
    "attached",
    "before",
    "budget",
    "call",
    "change",
    "draft",
    "evening",
    "figures",
    "friday",
    "meeting",
    "minutes",
    "monday",
    "morning",
    "next",
    "notes",
    "offer",
    "office",
    "paper",
    "people",
    "please",
    "project",
    "question",
    "regards",
    "reply",
    "report",
    "review",
    "room",
    "seminar",
    "slides",
    "soon",
    "thanks",
    "today",
    "tomorrow",
    "travel",
    "version",
    "visit",
    "week",
    "work"
  };

  private Texts() {}

  /** Words of about {@code length} characters after a beginning that tells the text from others. */
  static String of(String beginning, long number, int length) {
    SplittableRandom random = new SplittableRandom(number);
    StringBuilder text = new StringBuilder(beginning);
    while (text.length() < length) {
      text.append(' ').append(WORDS[random.nextInt(WORDS.length)]);
    }
    return text.toString();
  }
}
