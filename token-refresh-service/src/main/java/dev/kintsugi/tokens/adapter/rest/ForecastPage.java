package dev.kintsugi.tokens.adapter.rest;

import dev.kintsugi.kit.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/**
 * The page that draws forecasts: files that hold no data, open to everybody. Whoever looks at a
 * user brings a token, which the page sends to {@link ForecastController}.
 */
@RestController
public final class ForecastPage {

  /** The paths of the page. */
  public static final List<String> PATHS = List.of("/forecast", "/forecast/*");

  private static final String FOLDER = "forecast-page/";
  private static final String HTML = "page.html";
  private static final List<String> FILES =
      List.of(
          "page.css", "page.js", "chart.js", "week.js", "moments.js", "curve.js", "calibration.js");

  /** Nothing but the page's own files runs, is loaded or is called; no text becomes markup. */
  private static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:;"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
          + " require-trusted-types-for 'script'; trusted-types 'none'";

  private static final Map<String, MediaType> TYPES =
      Map.of(
          "html", MediaType.parseMediaType("text/html;charset=UTF-8"),
          "css", MediaType.parseMediaType("text/css;charset=UTF-8"),
          "js", MediaType.parseMediaType("text/javascript;charset=UTF-8"));

  private final byte[] html = read(HTML);
  private final Map<String, byte[]> files = new HashMap<>();

  /** Reads the files; a missing one stops the start. */
  public ForecastPage() {
    FILES.forEach(file -> files.put(file, read(file)));
  }

  @GetMapping("/forecast")
  ResponseEntity<byte[]> page() {
    return answer(HTML, html);
  }

  @GetMapping("/forecast/{file}")
  ResponseEntity<byte[]> file(@PathVariable String file) {
    byte[] content = files.get(file);
    if (content == null) {
      throw Problem.refused(HttpStatus.NOT_FOUND, "There is nothing at this path.").asException();
    }
    return answer(file, content);
  }

  private static ResponseEntity<byte[]> answer(String file, byte[] content) {
    MediaType type =
        TYPES.getOrDefault(
            file.substring(file.lastIndexOf('.') + 1), MediaType.APPLICATION_OCTET_STREAM);
    return ResponseEntity.ok()
        .contentType(type)
        .cacheControl(CacheControl.noCache())
        .header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        .header("Referrer-Policy", "no-referrer")
        .header("Cross-Origin-Opener-Policy", "same-origin")
        .body(content);
  }

  private static byte[] read(String file) {
    try (InputStream in = new ClassPathResource(FOLDER + file).getInputStream()) {
      return in.readAllBytes();
    } catch (IOException missing) {
      throw new UncheckedIOException(missing);
    }
  }
}
