package dev.kintsugi.local.verify.broken;

import dev.kintsugi.local.SuiteException;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Compiles a node's class with one rule broken. */
public final class BrokenClasses {

  private static final String DOMAIN =
      "session-shard-service/src/main/java/dev/kintsugi/node/domain/";

  private BrokenClasses() {}

  /** A source file in memory. */
  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String file, String text) {
      super(URI.create("string:///dev/kintsugi/node/domain/" + file), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  /**
   * The source with the rule broken.
   *
   * @throws SuiteException if what is to be replaced is not there exactly once
   */
  static String source(Path root, BrokenRule rule) {
    Path file = root.resolve(DOMAIN).resolve(rule.file());
    try {
      String text = Files.readString(file);
      int at = text.indexOf(rule.text());
      if (at < 0 || text.indexOf(rule.text(), at + 1) >= 0) {
        throw new SuiteException(
            "%s cannot be broken: what it replaces is not, or more than once, in %s"
                .formatted(rule.word(), file));
      }
      return text.replace(rule.text(), rule.instead());
    } catch (IOException e) {
      throw new SuiteException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Compiles it.
   *
   * @param root of the project
   * @param jar of the service; its libraries stand in {@code lib} beside it
   * @param to where the classes go
   * @throws SuiteException if it cannot be compiled
   */
  public static void compile(Path root, Path jar, BrokenRule rule, Path to) {
    String source = source(root, rule);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter said = new StringWriter();
    try {
      Files.createDirectories(to);
    } catch (IOException e) {
      throw new SuiteException("cannot make " + to + ": " + e.getMessage(), e);
    }
    Path libraries = jar.resolveSibling("lib").resolve("*");
    List<String> options =
        List.of(
            "-cp",
            jar + System.getProperty("path.separator") + libraries,
            "-d",
            to.toString(),
            "-proc:none",
            "-nowarn");
    boolean done =
        compiler
            .getTask(said, null, null, options, null, List.of(new Source(rule.file(), source)))
            .call();
    if (!done) {
      throw new SuiteException("cannot compile " + rule.word() + ": " + said);
    }
  }
}
