package dev.kintsugi.local.cli;

import java.util.ArrayList;
import java.util.List;

/** Rows of text in columns as wide as they must be. */
final class Table {

  private final List<List<String>> rows = new ArrayList<>();

  /** With these headings; where all are empty, none is printed. */
  Table(String... headings) {
    rows.add(List.of(headings));
  }

  void row(String... cells) {
    if (cells.length != rows.getFirst().size()) {
      throw new IllegalArgumentException(
          "a row needs " + rows.getFirst().size() + " cells, got " + cells.length);
    }
    rows.add(List.of(cells));
  }

  @Override
  public String toString() {
    var text = new StringBuilder();
    for (List<String> row : rows) {
      if (row.stream().allMatch(String::isEmpty)) {
        continue;
      }
      var line = new StringBuilder();
      for (int column = 0; column < row.size(); column++) {
        line.append(row.get(column)).repeat(' ', width(column) - row.get(column).length() + 2);
      }
      text.append(line.toString().stripTrailing()).append(System.lineSeparator());
    }
    return text.toString();
  }

  private int width(int column) {
    return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
  }
}
