package dev.kintsugi.gateway.adapter.rest;

import dev.kintsugi.client.ShardCalls;
import dev.kintsugi.gateway.domain.ApplicationRoute;
import dev.kintsugi.gateway.runtime.GrantTokens;
import dev.kintsugi.gateway.runtime.StateSigner;
import dev.kintsugi.gateway.runtime.Upstreams;
import dev.kintsugi.kit.Activities;
import dev.kintsugi.kit.OpenPaths;
import dev.kintsugi.kit.SignedInPaths;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;

/** The routes of upstream applications, and the keys by which those check what they are told. */
@Configuration(proxyBeanMethods = false)
public class ApplicationRest {

  /**
   * What this part of the edge is told.
   *
   * @param issuer of signed states
   * @param stateLife of one
   * @param maxStateCharacters of one as it stands in its header
   * @param maxPatchCharacters of an upstream's patch as it stands in its header
   */
  public record ApplicationEdge(
      List<ApplicationRoute> routes,
      String issuer,
      Duration stateLife,
      int maxStateCharacters,
      int maxPatchCharacters) {
    public ApplicationEdge {
      routes = List.copyOf(routes);
    }
  }

  /** Where the public keys are, for everybody. */
  static final String KEYS = "/.well-known/kintsugi/jwks.json";

  private static final MediaType JWK_SET = new MediaType("application", "jwk-set+json");

  @Bean
  RouteTable routeTable(ApplicationEdge edge, Names names) {
    return RouteTable.of(edge.routes(), names);
  }

  @Bean
  SignedInPaths applicationPaths(RouteTable table) {
    return new SignedInPaths(table.patterns());
  }

  @Bean
  OpenPaths stateKeysPath() {
    return new OpenPaths(List.of(KEYS));
  }

  @Bean
  RouterFunction<ServerResponse> applications(
      ApplicationEdge edge,
      RouteTable table,
      Names names,
      Entitlement entitlement,
      ShardCalls calls,
      Activities activities,
      StateSigner signer,
      Upstreams upstreams,
      GrantTokens tokens) {
    SessionCalls sessionCalls = new SessionCalls(calls, names);
    ApplicationHandler handler =
        new ApplicationHandler(
            table,
            new ApplicationHandler.Parts(
                names,
                entitlement,
                sessionCalls,
                new SessionStates(sessionCalls, tokens),
                activities,
                signer,
                upstreams,
                InstantSource.system()),
            new StateClaims(edge.issuer(), edge.stateLife()),
            edge.maxStateCharacters(),
            edge.maxPatchCharacters());
    return RouterFunctions.route()
        .GET(KEYS, _ -> ServerResponse.ok().contentType(JWK_SET).bodyValue(signer.publicKeys()))
        .route(handler::takes, handler::handle)
        .build();
  }
}
