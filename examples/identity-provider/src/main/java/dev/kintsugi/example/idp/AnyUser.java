package dev.kintsugi.example.idp;

import java.util.List;
import java.util.regex.Pattern;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.FactorGrantedAuthority;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;

/** Signs in any user name that comes with the development password. */
final class AnyUser implements AuthenticationProvider {

  private static final Pattern NAME = Pattern.compile("[^\\p{Cntrl}]{1,256}");

  private final String devPassword;
  private final PlainSecrets secrets = new PlainSecrets();

  AnyUser(String devPassword) {
    this.devPassword = devPassword;
  }

  @Override
  public Authentication authenticate(Authentication shown) {
    String password = String.valueOf(shown.getCredentials());
    if (!secrets.matches(password, devPassword) || !NAME.matcher(shown.getName()).matches()) {
      throw new BadCredentialsException("wrong name or password");
    }
    List<GrantedAuthority> authorities =
        List.of(FactorGrantedAuthority.fromAuthority(FactorGrantedAuthority.PASSWORD_AUTHORITY));
    UserDetails user =
        User.withUsername(shown.getName()).password("").authorities(authorities).build();
    return UsernamePasswordAuthenticationToken.authenticated(user, null, user.getAuthorities());
  }

  @Override
  public boolean supports(Class<?> authentication) {
    return UsernamePasswordAuthenticationToken.class.isAssignableFrom(authentication);
  }
}
