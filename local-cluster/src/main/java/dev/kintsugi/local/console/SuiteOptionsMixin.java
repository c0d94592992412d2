package dev.kintsugi.local.console;

import dev.kintsugi.local.Ports;
import dev.kintsugi.local.SuiteOptions;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** How a suite that a command starts is to be run. */
public final class SuiteOptionsMixin {

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Mixin private final HomeOption home = new HomeOption();

  @Option(
      names = "--nodes",
      paramLabel = "N",
      defaultValue = "3",
      description = "How many session-shard-services (default: ${DEFAULT-VALUE}).")
  private int nodes;

  @Option(
      names = "--port-base",
      paramLabel = "N",
      defaultValue = "7400",
      description = "The gateway's port; the others follow from it (default: ${DEFAULT-VALUE}).")
  private int portBase;

  @Option(
      names = "--set",
      paramLabel = "PROCESS:KEY=VALUE",
      description = "A setting of one process or kind, such as node:kintsugi.node.lease=300ms.")
  private List<String> settings = new ArrayList<>();

  @Option(
      names = "--no-training",
      description = "Do not make start-up caches where they are missing.")
  private boolean noTraining;

  /** The options as one value; what makes no sense is reported as a mistake of the caller's. */
  public SuiteOptions get() {
    try {
      SuiteOptions options =
          SuiteOptions.of(ProjectRoot.find())
              .withHome(home.directory())
              .withPorts(new Ports(portBase))
              .withNodes(nodes)
              .withTraining(!noTraining);
      for (String setting : settings) {
        options = with(options, setting);
      }
      return options;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private static SuiteOptions with(SuiteOptions options, String setting) {
    int colon = setting.indexOf(':');
    int equals = setting.indexOf('=');
    if (colon < 1 || equals < colon + 2) {
      throw new IllegalArgumentException(
          "a setting looks like node:kintsugi.node.lease=300ms, got \"" + setting + '"');
    }
    return options.with(
        setting.substring(0, colon),
        setting.substring(colon + 1, equals),
        setting.substring(equals + 1));
  }
}
