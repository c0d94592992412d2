package dev.kintsugi.kit;

import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;

/**
 * The SSL bundle that a setting names.
 *
 * @param key of the setting, as messages show it
 * @param name of the bundle; empty: none is wanted
 */
public record NamedBundle(String key, String name) {

  /**
   * A bundle of which keys and certificates could be read.
   *
   * @param protocols that are enabled; empty: not restricted
   * @param ciphers that are enabled; empty: not restricted
   */
  public record Found(
      SslBundle bundle,
      SSLContext context,
      Optional<List<String>> protocols,
      Optional<List<String>> ciphers) {

    /** What a client of the JDK is to be restricted to. */
    public SSLParameters parameters() {
      SSLParameters parameters = context.getDefaultSSLParameters();
      protocols.ifPresent(all -> parameters.setProtocols(all.toArray(String[]::new)));
      ciphers.ifPresent(all -> parameters.setCipherSuites(all.toArray(String[]::new)));
      return parameters;
    }
  }

  /**
   * Finds the bundle and reads its keys and certificates; empty where no name is set.
   *
   * @throws IllegalStateException if there is no such bundle or it cannot be read; names the
   *     setting
   */
  public Optional<Found> find(ObjectProvider<SslBundles> bundles) {
    if (name.isEmpty()) {
      return Optional.empty();
    }
    try {
      SslBundle bundle = bundles.getObject().getBundle(name);
      return Optional.of(
          new Found(
              bundle,
              bundle.createSslContext(),
              listed(bundle.getOptions().getEnabledProtocols()),
              listed(bundle.getOptions().getCiphers())));
    } catch (NoSuchSslBundleException e) {
      throw new IllegalStateException(
          "%s names the SSL bundle \"%s\", which there is not: define it as spring.ssl.bundle.pem.%s or spring.ssl.bundle.jks.%s"
              .formatted(key, name, name, name),
          e);
    } catch (RuntimeException e) {
      throw new IllegalStateException(
          "%s names the SSL bundle \"%s\", which cannot be used: %s"
              .formatted(key, name, e.getMessage()),
          e);
    }
  }

  private static Optional<List<String>> listed(String @Nullable [] all) {
    return Optional.ofNullable(all).map(List::of);
  }
}
