package dev.kintsugi.gateway.adapter.rest;

import com.google.common.collect.ImmutableList;
import dev.kintsugi.kit.Problem;
import java.util.stream.Stream;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;

/** The paths of the public API that the gateway answers itself, with their methods. */
enum PublicCall {
  NEW_SESSION("/v1/sessions", HttpMethod.POST),
  SESSION("/v1/sessions/{sid}", HttpMethod.GET, HttpMethod.DELETE),
  AREA(
      "/v1/sessions/{sid}/areas/{area}",
      HttpMethod.GET,
      HttpMethod.PUT,
      HttpMethod.PATCH,
      HttpMethod.DELETE),
  USER_SESSIONS("/v1/users/{userId}/sessions", HttpMethod.GET, HttpMethod.DELETE),
  AREAS("/v1/sessions/{sid}/areas", HttpMethod.GET),
  EVENTS("/v1/sessions/{sid}/events", HttpMethod.GET);

  private final String path;
  private final ImmutableList<String> methods;

  PublicCall(String path, HttpMethod... methods) {
    this.path = path;
    this.methods =
        Stream.of(methods).map(HttpMethod::name).collect(ImmutableList.toImmutableList());
  }

  /** In the syntax of Spring's path patterns. */
  String path() {
    return path;
  }

  ImmutableList<String> methods() {
    return methods;
  }

  /** Ends the request with 405 unless the path knows the method. */
  void requireMethod(HttpMethod method) {
    if (!methods.contains(method.name())) {
      throw Problem.refused(
              HttpStatus.METHOD_NOT_ALLOWED, "The path does not know this method; see Allow.")
          .withHeader(HttpHeaders.ALLOW, String.join(", ", methods))
          .asException();
    }
  }
}
