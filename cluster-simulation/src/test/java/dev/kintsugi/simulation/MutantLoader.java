package dev.kintsugi.simulation;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * Loads the simulation over the sources of a {@link Mutant}: its files are edited in memory and
 * compiled, all other classes are those of the class path. So no production class knows of mutants.
 */
final class MutantLoader extends ClassLoader {

  private static final String OWN = "dev.kintsugi.";

  private final Map<String, byte[]> compiled;

  private MutantLoader(Map<String, byte[]> compiled) {
    super(MutantLoader.class.getClassLoader());
    this.compiled = compiled;
  }

  /**
   * A loader for a mutant.
   *
   * @param root of the project
   * @throws IllegalStateException if an edit does not fit the sources any more
   */
  static MutantLoader of(Mutant mutant, Path root) throws IOException {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Mutant.Edit edit : mutant.edits()) {
      String text = texts.get(edit.file());
      if (text == null) {
        text = Files.readString(root.resolve(edit.file()));
      }
      int at = text.indexOf(edit.before());
      if (at < 0 || text.indexOf(edit.before(), at + 1) >= 0) {
        throw new IllegalStateException(
            "mutant " + mutant.name() + " needs once in " + edit.file() + ": " + edit.before());
      }
      texts.put(edit.file(), text.replace(edit.before(), edit.after()));
    }
    return new MutantLoader(compile(mutant, texts));
  }

  private static Map<String, byte[]> compile(Mutant mutant, Map<String, String> texts)
      throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    Map<String, ByteArrayOutputStream> classes = new HashMap<>();
    StringWriter messages = new StringWriter();
    try (JavaFileManager files =
        new InMemory(compiler.getStandardFileManager(null, null, null), classes)) {
      List<JavaFileObject> units = new ArrayList<>();
      texts.forEach((file, text) -> units.add(new Text(file, text)));
      List<String> options =
          List.of("-proc:none", "-nowarn", "-classpath", System.getProperty("java.class.path"));
      if (!compiler.getTask(messages, files, null, options, null, units).call()) {
        throw new IllegalStateException("mutant " + mutant.name() + ": " + messages);
      }
    }
    Map<String, byte[]> bytes = new HashMap<>();
    classes.forEach((name, stream) -> bytes.put(name, stream.toByteArray()));
    return bytes;
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(OWN)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      if (loaded != null) {
        return loaded;
      }
      byte[] bytes = compiled.containsKey(name) ? compiled.get(name) : original(name);
      return defineClass(name, bytes, 0, bytes.length);
    }
  }

  private byte[] original(String name) throws ClassNotFoundException {
    try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static final class Text extends SimpleJavaFileObject {
    private final String text;

    Text(String file, String text) {
      super(URI.create("string:///" + file), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  private static final class InMemory extends ForwardingJavaFileManager<JavaFileManager> {
    private final Map<String, ByteArrayOutputStream> classes;

    InMemory(JavaFileManager files, Map<String, ByteArrayOutputStream> classes) {
      super(files);
      this.classes = classes;
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
      return new SimpleJavaFileObject(
          URI.create("memory:///" + className.replace('.', '/') + kind.extension), kind) {
        @Override
        public OutputStream openOutputStream() {
          ByteArrayOutputStream bytes = new ByteArrayOutputStream();
          classes.put(className, bytes);
          return bytes;
        }
      };
    }
  }
}
