package dev.kintsugi.tokens.runtime;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The configured providers.
 *
 * @param defaultName what a grant gets that names none; empty: it must name one
 */
public record Providers(Map<String, Provider> byName, Optional<String> defaultName) {

  public Providers {
    byName = Map.copyOf(byName);
  }

  public static Providers of(Collection<? extends Provider> all, Optional<String> defaultName) {
    return new Providers(
        all.stream().collect(Collectors.toMap(Provider::name, Function.<Provider>identity())),
        defaultName);
  }

  public Optional<Provider> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }
}
