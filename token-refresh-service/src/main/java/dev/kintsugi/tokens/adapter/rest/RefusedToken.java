package dev.kintsugi.tokens.adapter.rest;

import dev.kintsugi.kit.Problems;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.springframework.web.server.ServerWebExchange;

/** Reads which access token a caller says was refused; whatever is wrong with it is a problem. */
final class RefusedToken {

  private static final String PARAMETER = "refused";

  /** What a generation can be at most has 19 digits, and not all of them. */
  private static final Pattern GENERATION = Pattern.compile("[1-9][0-9]{0,17}");

  private RefusedToken() {}

  /** Its generation; empty: none was. */
  static OptionalLong generation(ServerWebExchange exchange) {
    List<String> values = exchange.getRequest().getQueryParams().get(PARAMETER);
    if (values == null) {
      return OptionalLong.empty();
    }
    if (values.size() != 1
        || values.getFirst() == null
        || !GENERATION.matcher(values.getFirst()).matches()) {
      throw Problems.malformed(
              "refused must be the generation of the token that was refused, given once.")
          .asException();
    }
    return OptionalLong.of(Long.parseLong(values.getFirst()));
  }
}
