package dev.kintsugi.local.verify.load;

import dev.kintsugi.local.Secrets;
import dev.kintsugi.signin.SignIn;
import dev.kintsugi.signin.SignInException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The tokens that requests carry: the application's, which acts for any user, and those of a few
 * users who ask for themselves. Fetched anew long before they end, beside the load, until closed.
 * Thread-safe.
 */
public final class Tokens implements AutoCloseable {

  private static final Duration EVERY = Duration.ofSeconds(40);

  private final SignIn signIn;
  private final String password;
  private final List<String> users;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("verify-tokens").factory());
  private volatile String application;
  private volatile List<String> ofUsers;

  /** Signs everybody in. */
  public Tokens(SignIn signIn, String password, List<String> users) {
    this.signIn = signIn;
    this.password = password;
    this.users = List.copyOf(users);
    this.application = fetchApplication();
    this.ofUsers = fetchUsers();
    var _ =
        thread.scheduleWithFixedDelay(
            this::refresh, EVERY.toSeconds(), EVERY.toSeconds(), TimeUnit.SECONDS);
  }

  private String fetchApplication() {
    return signIn.application(Set.of(Secrets.ANY_USER_SCOPE)).accessToken();
  }

  private List<String> fetchUsers() {
    return users.stream()
        .map(user -> signIn.user(user, password, Set.of(Secrets.USER_SCOPE)).accessToken())
        .toList();
  }

  private void refresh() {
    try {
      application = fetchApplication();
      ofUsers = fetchUsers();
    } catch (SignInException tryAgainLater) {
      // What is there lasts for two of these intervals more; after that requests fail with 401.
    }
  }

  /** The application's, which acts for any user. */
  public String application() {
    return application;
  }

  /** Of one of the first users. */
  String user(int number) {
    return ofUsers.get(number);
  }

  /** How many users have a token of their own. */
  int users() {
    return users.size();
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
