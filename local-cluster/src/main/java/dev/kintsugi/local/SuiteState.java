package dev.kintsugi.local;

import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;

/** What later commands must know of a suite: how it was started, and its secrets. */
record SuiteState(SuiteOptions options, Secrets secrets) {

  private static final String SETTING = "setting.";

  /** Reads what was written; empty if there is no suite. */
  static Optional<SuiteState> read(SuiteHome home) {
    var properties = new Properties();
    try (Reader in = Files.newBufferedReader(home.state())) {
      properties.load(in);
    } catch (NoSuchFileException none) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + home.state(), e);
    }
    try {
      var options =
          SuiteOptions.of(Path.of(properties.getProperty("root", ".")))
              .withHome(home.directory())
              .withPorts(new Ports(Integer.parseInt(properties.getProperty("port-base", ""))))
              .withNodes(Integer.parseInt(properties.getProperty("nodes", "")));
      return Optional.of(
          new SuiteState(withSettings(options, properties), Secrets.from(properties)));
    } catch (IllegalArgumentException e) {
      throw new SuiteException(
          "%s is damaged (%s): end the processes of that suite that still run (their pids are in %s), then ./kintsugi down --home %s removes the rest"
              .formatted(home.state(), e.getMessage(), home.run(), home.directory()),
          e);
    }
  }

  private static SuiteOptions withSettings(SuiteOptions options, Properties properties) {
    SuiteOptions result = options;
    for (String key : properties.stringPropertyNames()) {
      if (key.startsWith(SETTING)) {
        String[] names = key.substring(SETTING.length()).split(":", 2);
        result = result.with(names[0], names[1], properties.getProperty(key));
      }
    }
    return result;
  }

  void write(SuiteHome home) {
    var properties = new Properties();
    properties.setProperty("root", options.root().toString());
    properties.setProperty("port-base", Integer.toString(options.ports().base()));
    properties.setProperty("nodes", Integer.toString(options.nodes()));
    options
        .settings()
        .forEach((part, values) ->
            values.forEach(
                (key, value) -> properties.setProperty(SETTING + part + ':' + key, value)));
    secrets.addTo(properties);
    var text = new StringWriter();
    try {
      properties.store(text, "A running suite; ./kintsugi down removes this file.");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    SuiteHome.writeSecret(home.state(), text.toString());
  }
}
