package dev.kintsugi.local.cli;

import dev.kintsugi.local.Secrets;
import dev.kintsugi.local.Suite;
import dev.kintsugi.local.SuiteException;
import dev.kintsugi.local.console.HomeOption;
import dev.kintsugi.signin.SignIn;
import dev.kintsugi.signin.SignInException;
import dev.kintsugi.signin.Tokens;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

@Command(
    name = "token",
    description = "Signs in at the suite's identity provider and prints the access token.",
    footer = {"", "Example: curl -H \"Authorization: Bearer $(./kintsugi token --user alice)\" …"})
final class TokenCommand implements Callable<Integer> {

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  @Mixin private final HomeOption home = new HomeOption();

  @ArgGroup(multiplicity = "1")
  @SuppressWarnings("NullAway.Init") // set by picocli
  private Who who;

  @Option(names = "--json", description = "Print the refresh token and the lifetime as well.")
  private boolean json;

  /** Exactly one of them. */
  static final class Who {
    @Option(names = "--user", paramLabel = "U", description = "As this user; any name will do.")
    @Nullable String user;

    @Option(names = "--admin", description = "As the operator, for /admin/**.")
    boolean admin;

    @Option(
        names = "--application",
        description = "As the application, which may act for any of its users.")
    boolean application;
  }

  @Override
  public Integer call() {
    Suite suite = home.require();
    String text;
    try {
      text = who.admin ? suite.adminToken() : text(tokens(suite));
    } catch (SignInException e) {
      throw new SuiteException(
          "the identity provider gave no token: %s; see ./kintsugi logs identity-provider"
              .formatted(e.getMessage()),
          e);
    }
    spec.commandLine().getOut().println(text);
    return 0;
  }

  private Tokens tokens(Suite suite) {
    try (SignIn signIn = suite.applicationSignIn()) {
      return who.user == null
          ? signIn.application(Set.of(Secrets.ANY_USER_SCOPE))
          : signIn.user(who.user, suite.secrets().password(), Set.of(Secrets.USER_SCOPE));
    }
  }

  private String text(Tokens tokens) {
    if (!json) {
      return tokens.accessToken();
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("accessToken", tokens.accessToken());
    if (tokens.refreshToken() != null) {
      all.put("refreshToken", tokens.refreshToken());
    }
    all.put("expiresIn", tokens.lifetime().toSeconds());
    all.put("scope", tokens.scope());
    return JsonMapper.shared().writeValueAsString(all);
  }
}
