package dev.kintsugi.local.demo;

import dev.kintsugi.trace.TraceFormat;
import java.util.Arrays;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The words of the command line for constants: {@code MAIL_EDGES} is {@code mail-edges}. */
final class Names {

  private Names() {}

  static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static <E extends Enum<E>> E find(E[] all, String word) {
    return Arrays.stream(all)
        .filter(constant -> of(constant).equals(word.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(() ->
            new TypeConversionException(
                "must be one of "
                    + String.join(", ", Arrays.stream(all).map(Names::of).toList())
                    + ", got \""
                    + word
                    + '"'));
  }

  /** Reads a format. */
  static final class Format implements ITypeConverter<TraceFormat> {
    @Override
    public TraceFormat convert(String word) {
      return find(TraceFormat.values(), word);
    }
  }

  /** Reads a policy. */
  static final class Policy implements ITypeConverter<RefreshPolicy> {
    @Override
    public RefreshPolicy convert(String word) {
      return find(RefreshPolicy.values(), word);
    }
  }
}
