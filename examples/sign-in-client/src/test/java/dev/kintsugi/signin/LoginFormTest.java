package dev.kintsugi.signin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;

class LoginFormTest {

  private static final URI PAGE = URI.create("http://127.0.0.1:7401/login?x=1");

  @Test
  void the_form_with_a_password_field_is_found() {
    LoginForm form =
        LoginForm.in(
                """
                <form action="/search"><input type="text" name="q"></form>
                <form class="login-form" method="post" action="/login">
                  <input name="_csrf" type="hidden" value="a&amp;b" />
                  <input type="text" name="username" required autofocus>
                  <input type="password" name="password">
                </form>
                """,
                PAGE)
            .orElseThrow();
    assertThat(form.action()).isEqualTo(URI.create("http://127.0.0.1:7401/login"));
    assertThat(form.hidden()).containsEntry("_csrf", "a&b").hasSize(1);
    assertThat(form.userField()).isEqualTo("username");
    assertThat(form.passwordField()).isEqualTo("password");
  }

  @Test
  void a_page_without_one_has_none() {
    assertThat(LoginForm.in("<h1>down for maintenance</h1>", PAGE)).isEmpty();
    assertThat(LoginForm.in("<form><input type=\"text\" name=\"q\"></form>", PAGE)).isEmpty();
  }
}
