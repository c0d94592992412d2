package dev.kintsugi.local;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * How a suite is to be run.
 *
 * @param root of the project, where the built services are
 * @param home where this suite keeps its state
 * @param nodes how many session-shard-services
 * @param settings by process name or kind such as {@code gateway} or {@code coordinator-2}, then by
 *     key, over the usual settings
 * @param training whether to make start-up caches where they are missing
 * @param replacedClasses by kind, a directory of classes that stand before the service's own. Such
 *     services start without a start-up cache. Not remembered for other commands
 * @param places by process name, where a node runs that runs elsewhere. Not remembered likewise
 */
public record SuiteOptions(
    Path root,
    Path home,
    Ports ports,
    int nodes,
    Map<String, Map<String, String>> settings,
    boolean training,
    Map<String, Path> replacedClasses,
    Map<String, Place> places) {

  private static final int MOST_NODES = 20;

  public SuiteOptions {
    root = root.toAbsolutePath().normalize();
    home = home.toAbsolutePath().normalize();
    if (nodes < 1 || nodes > MOST_NODES) {
      throw new IllegalArgumentException(
          "the number of nodes must be 1 to " + MOST_NODES + ", got " + nodes);
    }
    var copy = new TreeMap<String, Map<String, String>>();
    settings.forEach((part, values) -> copy.put(part, Map.copyOf(new TreeMap<>(values))));
    settings = Map.copyOf(copy);
    replacedClasses = Map.copyOf(replacedClasses);
    places = Map.copyOf(places);
  }

  /** Three nodes on the usual ports, with the state in {@code .kintsugi} of the project. */
  public static SuiteOptions of(Path root) {
    return new SuiteOptions(
        root, root.resolve(".kintsugi"), Ports.DEFAULT, 3, Map.of(), true, Map.of(), Map.of());
  }

  public SuiteOptions withHome(Path newHome) {
    return new SuiteOptions(
        root, newHome, ports, nodes, settings, training, replacedClasses, places);
  }

  public SuiteOptions withPorts(Ports newPorts) {
    return new SuiteOptions(
        root, home, newPorts, nodes, settings, training, replacedClasses, places);
  }

  public SuiteOptions withNodes(int newNodes) {
    return new SuiteOptions(
        root, home, ports, newNodes, settings, training, replacedClasses, places);
  }

  public SuiteOptions withTraining(boolean newTraining) {
    return new SuiteOptions(
        root, home, ports, nodes, settings, newTraining, replacedClasses, places);
  }

  /** Adds one setting of a process or kind of process, such as {@code token-service}. */
  public SuiteOptions with(String part, String key, String value) {
    var more = new TreeMap<>(settings);
    var values = new TreeMap<>(more.getOrDefault(part, Map.of()));
    values.put(key, value);
    more.put(part, values);
    return new SuiteOptions(root, home, ports, nodes, more, training, replacedClasses, places);
  }

  /** Puts a directory of classes before those of a kind of service, such as {@code node}. */
  public SuiteOptions withReplacedClasses(String kind, Path directory) {
    var more = new TreeMap<>(replacedClasses);
    more.put(kind, directory);
    return new SuiteOptions(root, home, ports, nodes, settings, training, more, places);
  }

  /** Lets a node run elsewhere. */
  public SuiteOptions withPlace(String node, Place place) {
    var more = new TreeMap<>(places);
    more.put(node, place);
    return new SuiteOptions(root, home, ports, nodes, settings, training, replacedClasses, more);
  }

  /** The unpacked jar of a service, with its libraries in {@code lib} beside it. */
  public Path unpackedJar(PartName part) {
    return AppImage.of(root, part.kind().module(), root.resolve(".kintsugi").resolve("apps")).jar();
  }

  /** The extra settings of one process: those of its kind, then its own. */
  Map<String, String> settingsOf(PartName part) {
    var all = new TreeMap<>(settings.getOrDefault(part.kind().label(), Map.of()));
    all.putAll(settings.getOrDefault(part.toString(), Map.of()));
    return all;
  }
}
