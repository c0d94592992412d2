package dev.kintsugi.local;

import dev.kintsugi.local.PartName.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the services of one suite are told: once for all, and each for itself. */
record ServiceSettings(SuiteOptions options, Secrets secrets, Urls urls) {

  /** {@code kintsugi.cluster.*}, the same for every service. */
  Map<String, String> cluster() {
    var all = new TreeMap<String, String>();
    all.put("kintsugi.cluster.kafka.bootstrap-servers", urls.kafka());
    all.put("kintsugi.cluster.kafka.replication-factor", "1");
    all.put("kintsugi.cluster.slot-hash-key", secrets.get("slot-hash-key"));
    all.put("kintsugi.cluster.session-id-key", secrets.get("session-id-key"));
    all.put("kintsugi.cluster.internal-secret", secrets.internalSecret());
    all.put("kintsugi.cluster.issuer", urls.identityProvider().toString());
    return all;
  }

  /** What one service is told besides. */
  Map<String, String> of(PartName part, Path data) {
    var all = new TreeMap<String, String>();
    all.put("server.port", Integer.toString(urls.of(part).getPort()));
    all.put("server.address", urls.of(part).getHost());
    switch (part.kind()) {
      case NODE -> {
        all.put("kintsugi.node.id", part.toString());
        all.put("kintsugi.node.url", urls.of(part).toString());
        all.put("kintsugi.node.coordinators", joined(urls.coordinators()));
        all.put("kintsugi.node.token-service", urls.tokenService().toString());
      }
      case COORDINATOR -> {
        all.put("kintsugi.coordinator.id", part.toString());
        all.put("kintsugi.coordinator.url", urls.of(part).toString());
        all.put("kintsugi.coordinator.min-nodes", Integer.toString(options.nodes()));
      }
      case GATEWAY -> {
        all.put("kintsugi.gateway.token-service", urls.tokenService().toString());
        all.put("kintsugi.gateway.coordinators", joined(urls.coordinators()));
        // So that a trace can be replayed faster than it happened.
        all.put("kintsugi.gateway.trust-activity-time", "true");
      }
      case TOKEN_SERVICE -> tokenService(all);
      case IDENTITY_PROVIDER -> identityProvider(all, data);
      case KAFKA, REDIS -> all.clear();
    }
    all.putAll(options.settingsOf(part));
    return all;
  }

  private void tokenService(Map<String, String> all) {
    all.put("kintsugi.tokens.redis-url", urls.redis());
    all.put("kintsugi.tokens.encryption-key", secrets.get("encryption-key"));
    String provider = "kintsugi.tokens.providers.local.";
    all.put(provider + "issuer", urls.identityProvider().toString());
    all.put(provider + "client-id", Secrets.APPLICATION);
    all.put(provider + "client-secret", secrets.applicationSecret());
  }

  private void identityProvider(Map<String, String> all, Path data) {
    all.put("idp.issuer", urls.identityProvider().toString());
    all.put("idp.access-token-ttl", "2m");
    all.put("idp.dev-password", secrets.password());
    all.put("idp.key-file", data.resolve("signing-key").toString());
    String application = "idp.clients." + Secrets.APPLICATION + '.';
    all.put(application + "secret", secrets.applicationSecret());
    all.put(application + "grants", "authorization_code,refresh_token,client_credentials");
    all.put(application + "redirect-uris", "http://127.0.0.1/callback");
    all.put(application + "user-scopes", Secrets.USER_SCOPE);
    all.put(application + "application-scopes", Secrets.ANY_USER_SCOPE);
    String operator = "idp.clients." + Secrets.OPERATOR + '.';
    all.put(operator + "secret", secrets.operatorSecret());
    all.put(operator + "grants", "client_credentials");
    all.put(operator + "application-scopes", Secrets.ADMIN_SCOPE);
  }

  private static String joined(List<?> values) {
    var texts = new ArrayList<String>();
    values.forEach(value -> texts.add(value.toString()));
    return String.join(",", texts);
  }

  /**
   * Whether a service reads {@link #cluster()}. The identity provider is no part of the product.
   */
  static boolean readsCluster(PartName part) {
    return part.kind().isService() && part.kind() != Kind.IDENTITY_PROVIDER;
  }

  /** Writes settings as YAML, one line each, in order of their keys. */
  static String yaml(Map<String, String> settings) {
    var text = new StringBuilder();
    new TreeMap<>(settings)
        .forEach((key, value) ->
            text.append(quoted(key)).append(": ").append(quoted(value)).append('\n'));
    return text.toString();
  }

  private static String quoted(String value) {
    if (value.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
      throw new SuiteException("a setting must be one line of text, got \"" + value + '"');
    }
    return '\'' + value.replace("'", "''") + '\'';
  }
}
