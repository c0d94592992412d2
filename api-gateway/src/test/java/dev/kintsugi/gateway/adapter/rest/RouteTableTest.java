package dev.kintsugi.gateway.adapter.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.gateway.domain.ApplicationRoute;
import dev.kintsugi.gateway.domain.ApplicationRoute.TokenNeed;
import dev.kintsugi.gateway.domain.Upstream;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;

class RouteTableTest {

  private static final Upstream UPSTREAM =
      new Upstream(
          "mail", URI.create("http://mail"), 1, Duration.ofSeconds(1), Duration.ofSeconds(1), 1);

  private static final Names NAMES =
      new Names(Areas.of(List.of(policy("session"), policy("settings"))));

  private static AreaPolicy policy(String area) {
    return new AreaPolicy(new Area(area), 1, 2, 1000, AreaPolicy.USUAL_STALE_READS);
  }

  private static ApplicationRoute route(String pattern, String method, String... areas) {
    return new ApplicationRoute(
        pattern,
        List.of(method),
        List.of(areas).stream().map(Area::new).toList(),
        UPSTREAM,
        TokenNeed.NONE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "mail",
        "/**",
        "/*",
        "/{x}/y",
        "//mail",
        "/.well-known/x",
        "/v1/mail",
        "/V1/**",
        "/v2",
        "/admin/x",
        "/Actuator/**",
        "/internal/**",
        "/openapi.yaml",
        "/mail/{x",
        "/mail/**/x/**",
        "/ma*l",
        "/m%61il"
      })
  void a_pattern_that_could_take_the_gateways_own_paths_stops_the_start(String pattern) {
    assertThatThrownBy(() -> RouteTable.of(List.of(route(pattern, "GET")), NAMES))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("kintsugi.gateway.applications.routes: the path " + pattern);
  }

  @Test
  void unknown_areas_and_second_declarations_stop_the_start() {
    assertThatThrownBy(() -> RouteTable.of(List.of(route("/mail", "GET", "setings")), NAMES))
        .hasMessageContaining("needs the area setings");
    assertThatThrownBy(() -> route("/mail", "GET", "session")).hasMessageContaining("session");
    assertThatThrownBy(() -> route("/mail", "TRACE")).hasMessageContaining("TRACE");
    assertThatThrownBy(
            () -> RouteTable.of(List.of(route("/mail", "GET"), route("/mail", "GET")), NAMES))
        .hasMessageContaining("declared twice");
  }

  @Test
  void the_most_specific_pattern_that_knows_the_method_counts() {
    ApplicationRoute all = route("/mail/**", "POST");
    ApplicationRoute one = route("/mail/{id}", "GET");
    ApplicationRoute exact = route("/mail/x", "GET");
    RouteTable table = RouteTable.of(List.of(all, one, exact), NAMES);
    assertThat(match(table, "/mail/x", HttpMethod.GET))
        .isEqualTo(new RouteTable.Match.Found(exact));
    assertThat(match(table, "/mail/y", HttpMethod.GET)).isEqualTo(new RouteTable.Match.Found(one));
    assertThat(match(table, "/mail/x", HttpMethod.POST)).isEqualTo(new RouteTable.Match.Found(all));
    assertThat(match(table, "/mail/x", HttpMethod.PUT))
        .isEqualTo(new RouteTable.Match.OtherMethods(List.of("GET", "POST")));
    assertThat(match(table, "/elsewhere", HttpMethod.GET)).isEqualTo(new RouteTable.Match.None());
  }

  private static RouteTable.Match match(RouteTable table, String path, HttpMethod method) {
    return table.match(PathContainer.parsePath(path), method);
  }
}
