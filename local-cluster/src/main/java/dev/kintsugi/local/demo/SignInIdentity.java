package dev.kintsugi.local.demo;

import dev.kintsugi.local.Secrets;
import dev.kintsugi.local.demo.replay.Identity;
import dev.kintsugi.signin.SignIn;
import dev.kintsugi.signin.Tokens;
import dev.kintsugi.trace.TraceUser;
import java.util.Optional;
import java.util.Set;

/** The suite's identity provider, as a browser and as the mail application meet it. */
final class SignInIdentity implements Identity {

  private final SignIn signIn;
  private final String password;

  SignInIdentity(SignIn signIn, String password) {
    this.signIn = signIn;
    this.password = password;
  }

  @Override
  public Granted signIn(TraceUser user) {
    return granted(signIn.user(user.name(), password, Set.of(Secrets.USER_SCOPE)));
  }

  @Override
  public Granted application() {
    return granted(signIn.application(Set.of(Secrets.ANY_USER_SCOPE)));
  }

  private static Granted granted(Tokens tokens) {
    return new Granted(
        tokens.accessToken(),
        Optional.ofNullable(tokens.refreshToken()),
        tokens.expiresAt(),
        tokens.scope());
  }
}
