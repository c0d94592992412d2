package dev.kintsugi.gateway.adapter.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.ClassPathResource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

class OpenApiTest {

  private static final Set<String> METHODS = Set.of("get", "put", "post", "patch", "delete");

  private final Map<?, ?> document = load();

  private static Map<?, ?> load() {
    try (InputStream in = new ClassPathResource("openapi.yaml").getInputStream()) {
      return new Yaml(new SafeConstructor(new LoaderOptions())).load(in);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Map<?, ?> at(Object node, String... path) {
    Object found = node;
    for (String step : path) {
      found = ((Map<?, ?>) found).get(step);
    }
    return (Map<?, ?>) found;
  }

  @Test
  void it_covers_every_call_and_no_other() {
    Set<String> expected = new TreeSet<>();
    for (PublicCall call : PublicCall.values()) {
      call.methods().forEach(method -> expected.add(method + " " + call.path()));
    }
    List.of("PUT", "GET", "DELETE").forEach(method -> expected.add(method + " /v1/grants/{id}"));
    expected.add("GET /v1/grants/{id}/access-token");
    expected.add("GET /openapi.yaml");
    expected.add("GET " + ApplicationRest.KEYS);
    Set<String> described = new TreeSet<>();
    at(document, "paths")
        .forEach((path, item) ->
            ((Map<?, ?>) item)
                .keySet().stream()
                    .map(String::valueOf)
                    .filter(METHODS::contains)
                    .forEach(method ->
                        described.add(method.toUpperCase(java.util.Locale.ROOT) + " " + path)));
    assertThat(described).isEqualTo(expected);
  }

  @Test
  void every_reference_leads_somewhere() {
    List<String> references = new ArrayList<>();
    collect(document, references);
    assertThat(references).isNotEmpty();
    for (String reference : references) {
      assertThat(reference).startsWith("#/");
      Object found = document;
      for (String step : reference.substring(2).split("/", -1)) {
        found = ((Map<?, ?>) found).get(step);
        assertThat(found).as(reference).isNotNull();
      }
    }
  }

  private static void collect(Object node, List<String> references) {
    if (node instanceof Map<?, ?> map) {
      if (map.get("$ref") instanceof String reference) {
        references.add(reference);
      }
      map.values().forEach(value -> collect(value, references));
    } else if (node instanceof List<?> list) {
      list.forEach(item -> collect(item, references));
    }
  }

  private static boolean isForCallersOnly(Object operation) {
    return !List.of().equals(((Map<?, ?>) operation).get("security"));
  }

  @Test
  void what_goes_for_each_application_route_is_described_once_for_every_method_it_may_have() {
    Map<?, ?> route = at(document, "components", "pathItems", "ApplicationRoute");
    for (String method : METHODS) {
      assertThat(at(route, method, "responses").keySet().stream().map(String::valueOf).toList())
          .as(method)
          .contains(
              "default", "400", "401", "403", "404", "409", "413", "502", "503", "504", "508");
    }
    assertThat(route.get("parameters").toString()).contains(ApplicationRequest.SESSION_ID);
  }

  @Test
  void every_call_says_what_it_answers_to_strangers_and_when_it_cannot_serve() {
    at(document, "paths")
        .forEach((path, item) ->
            ((Map<?, ?>) item)
                .forEach((method, operation) -> {
                  if (METHODS.contains(method) && isForCallersOnly(operation)) {
                    assertThat(at(operation, "responses").keySet().stream().toList())
                        .as(method + " " + path)
                        .map(String::valueOf)
                        .contains("400", "401", "403", "503");
                  }
                }));
  }
}
