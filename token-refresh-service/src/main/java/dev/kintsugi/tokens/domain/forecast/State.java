package dev.kintsugi.tokens.domain.forecast;

import java.nio.BufferOverflowException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * What has been learned, as bytes: a checksum, a number for the layout, then numbers in a fixed
 * order. Written and read by the same methods in turn, so that the two cannot differ. Not
 * thread-safe.
 */
final class State {

  /*
   * Nothing is translated from an older layout to a newer one: what cannot be read is learned again
   * from the activity that is still there.
   */

  /** Grows with every change of what is written. */
  static final int LAYOUT = 3;

  private final ByteBuffer bytes;
  private final boolean reading;

  private State(ByteBuffer bytes, boolean reading) {
    this.bytes = bytes;
    this.reading = reading;
  }

  /** A state to be written, of so many bytes at most. */
  static State writing(int most) {
    State state = new State(ByteBuffer.allocate(most), false);
    state.bytes.putInt(0).putInt(LAYOUT);
    return state;
  }

  /**
   * What was written.
   *
   * @throws IllegalArgumentException if that was not this layout, or has changed since
   */
  static State reading(byte[] written) {
    State state = new State(ByteBuffer.wrap(written), true);
    if (written.length < 2 * Integer.BYTES
        || state.bytes.getInt() != checksum(written)
        || state.bytes.getInt() != LAYOUT) {
      throw new IllegalArgumentException("a state that is damaged, or of another layout");
    }
    return state;
  }

  /** The value given where it is written, the one that was written where it is read. */
  double number(double value) {
    double now = reading ? bytes.getDouble() : value;
    if (!Double.isFinite(now)) {
      throw new IllegalArgumentException("a state with a number that is none");
    }
    if (!reading) {
      bytes.putDouble(now);
    }
    return now;
  }

  float number(float value) {
    float now = reading ? bytes.getFloat() : value;
    if (!Float.isFinite(now)) {
      throw new IllegalArgumentException("a state with a number that is none");
    }
    if (!reading) {
      bytes.putFloat(now);
    }
    return now;
  }

  long number(long value) {
    if (reading) {
      return bytes.getLong();
    }
    bytes.putLong(value);
    return value;
  }

  int count(int value) {
    int now = reading ? bytes.getInt() : value;
    if (now < 0) {
      throw new IllegalArgumentException("a state with a negative count");
    }
    if (!reading) {
      bytes.putInt(now);
    }
    return now;
  }

  void numbers(double[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = number(values[i]);
    }
  }

  void numbers(float[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = number(values[i]);
    }
  }

  void numbers(int[] values) {
    for (int i = 0; i < values.length; i++) {
      if (reading) {
        values[i] = bytes.getInt();
      } else {
        bytes.putInt(values[i]);
      }
    }
  }

  /** Half floats. */
  void halves(short[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = reading ? bytes.getShort() : values[i];
      if (!Float.isFinite(Float.float16ToFloat(values[i]))) {
        throw new IllegalArgumentException("a state with a number that is none");
      }
      if (!reading) {
        bytes.putShort(values[i]);
      }
    }
  }

  /** Everything that was written. */
  byte[] written() {
    byte[] all = new byte[bytes.position()];
    bytes.flip().get(all);
    ByteBuffer.wrap(all).putInt(checksum(all));
    return all;
  }

  /** Of everything after the checksum itself. */
  private static int checksum(byte[] written) {
    CRC32C sum = new CRC32C();
    sum.update(written, Integer.BYTES, written.length - Integer.BYTES);
    return (int) sum.getValue();
  }

  /**
   * Runs what reads.
   *
   * @throws IllegalArgumentException if it wants more, or less, than was written
   */
  void readAll(Runnable what) {
    try {
      what.run();
    } catch (BufferUnderflowException | BufferOverflowException cut) {
      throw new IllegalArgumentException("a state that was cut", cut);
    }
    if (bytes.hasRemaining()) {
      throw new IllegalArgumentException("a state that is too long");
    }
  }
}
