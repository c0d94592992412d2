package dev.kintsugi.local;

import dev.kintsugi.local.PartName.Kind;
import dev.kintsugi.local.embedded.KafkaMainJar;
import dev.kintsugi.local.embedded.KafkaServer;
import dev.kintsugi.local.embedded.RedisBinary;
import dev.kintsugi.local.embedded.RedisServer;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarFile;

/** The commands that run the processes of one suite. */
record Programs(SuiteOptions options, SuiteHome home, Secrets secrets, Urls urls) {

  /** Where unpacked services and start-up caches are kept, for all suites of a project. */
  private Path apps() {
    return options.root().resolve(".kintsugi").resolve("apps");
  }

  private Path kafkaHome() {
    return apps().resolve("kafka");
  }

  /** Returns the start-up cache of a JVM; {@code REDIS} has none. */
  StartCache cache(Kind kind) {
    Path directory =
        kind == Kind.KAFKA
            ? kafkaHome().resolve(KafkaServer.codeFingerprint(KafkaMainJar.in(kafkaHome())))
            : image(kind).directory();
    return new StartCache(directory.resolve(Jvm.fingerprint(kind) + ".aot"));
  }

  /** Writes what the process reads at its start, and returns the command. */
  List<String> command(PartName part, StartCache.Use use) {
    Path data = home.data(part);
    try {
      Files.createDirectories(data);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make " + data, e);
    }
    return switch (part.kind()) {
      case REDIS -> redis().command();
      case KAFKA -> kafka(use);
      case GATEWAY, IDENTITY_PROVIDER, TOKEN_SERVICE, COORDINATOR, NODE -> service(part, use);
    };
  }

  RedisServer redis() {
    Path data = home.data(PartName.of(Kind.REDIS));
    return new RedisServer(RedisBinary.in(apps().resolve("redis")), data, urls.ports().redis());
  }

  private KafkaServer kafka() {
    return new KafkaServer(
        home.data(PartName.of(Kind.KAFKA)),
        urls.ports().kafka(),
        urls.ports().kafkaController(),
        options.settingsOf(PartName.of(Kind.KAFKA)));
  }

  private List<String> kafka(StartCache.Use use) {
    var flags = new ArrayList<>(Jvm.flags(Kind.KAFKA));
    flags.addAll(cacheFlags(Kind.KAFKA, use));
    return kafka().command(flags, KafkaMainJar.in(kafkaHome()));
  }

  private List<String> service(PartName part, StartCache.Use use) {
    var settings = new ServiceSettings(options, secrets, urls);
    var locations = new ArrayList<String>();
    if (ServiceSettings.readsCluster(part)) {
      locations.add(write("cluster", settings.cluster()));
    }
    locations.add(write(part.toString(), settings.of(part, home.data(part))));

    Place place = options.places().get(part.toString());
    var command = new ArrayList<>(place == null ? List.<String>of() : place.entry());
    command.add(Jvm.java());
    command.addAll(Jvm.flags(part.kind()));
    Path jar = image(part.kind()).jar();
    Path before = options.replacedClasses().get(part.kind().label());
    if (before == null) {
      command.addAll(cacheFlags(part.kind(), use));
    }
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dfile.encoding=UTF-8"));
    command.addAll(
        before == null
            ? List.of("-jar", jar.toString())
            : List.of("-cp", before + File.pathSeparator + jar, mainClass(jar)));
    command.add("--spring.config.additional-location=" + String.join(",", locations));
    return command;
  }

  private static String mainClass(Path jar) {
    try (var file = new JarFile(jar.toFile())) {
      String name = file.getManifest().getMainAttributes().getValue(Attributes.Name.MAIN_CLASS);
      if (name == null) {
        throw new SuiteException(jar + " names no main class");
      }
      return name;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + jar, e);
    }
  }

  private List<String> cacheFlags(Kind kind, StartCache.Use use) {
    StartCache cache = cache(kind);
    try {
      Files.createDirectories(cache.file().getParent());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make " + cache.file().getParent(), e);
    }
    return cache.flags(use);
  }

  private String write(String name, Map<String, String> settings) {
    Path file = home.conf().resolve(name + ".yaml");
    SuiteHome.writeSecret(file, ServiceSettings.yaml(settings));
    return "file:" + file;
  }

  private AppImage image(Kind kind) {
    return AppImage.of(options.root(), kind.module(), apps());
  }
}
