package dev.kintsugi.local.process;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.InetAddress;
import java.net.ServerSocket;

/**
 * A program that listens on a port, prints it, and goes on although the first thread of its process
 * has ended: what a killed process with many threads is for a moment, for as long as one likes.
 *
 * <p>The first thread of a JVM only waits for the one that runs {@code main}. It is made to end by
 * a signal to it alone, whose handler is the C library's {@code pthread_exit}.
 */
final class FirstThreadGone {

  private static final int SIGUSR1 = 10;

  private FirstThreadGone() {}

  public static void main(String[] args) throws Throwable {
    try (var port = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      endFirstThread();
      System.out.println(port.getLocalPort());
      acceptForEver(port);
    }
  }

  private static void acceptForEver(ServerSocket port) throws IOException {
    while (true) {
      port.accept().close();
    }
  }

  private static void endFirstThread() throws Throwable {
    MethodHandle signal =
        function(
            "signal",
            FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
    MethodHandle tgkill =
        function(
            "tgkill",
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT));
    int pid = (int) ProcessHandle.current().pid();
    MemorySegment _ = (MemorySegment) signal.invokeExact(SIGUSR1, symbol("pthread_exit"));
    int failed = (int) tgkill.invokeExact(pid, pid, SIGUSR1);
    if (failed != 0) {
      throw new IllegalStateException("the signal could not be sent");
    }
  }

  @SuppressWarnings("restricted") // this program's only purpose; it is started with the permission
  private static MethodHandle function(String name, FunctionDescriptor descriptor) {
    return Linker.nativeLinker().downcallHandle(symbol(name), descriptor);
  }

  private static MemorySegment symbol(String name) {
    return Linker.nativeLinker().defaultLookup().findOrThrow(name);
  }
}
