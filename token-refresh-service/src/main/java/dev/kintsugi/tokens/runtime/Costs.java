package dev.kintsugi.tokens.runtime;

import dev.kintsugi.tokens.domain.Budget;
import dev.kintsugi.tokens.domain.CostControl;
import dev.kintsugi.tokens.domain.CostControl.Aim;
import java.util.function.LongSupplier;

/** What a renewal costs now, and how many may be made ahead. Thread-safe. */
public final class Costs {

  private final CostControl control;
  private final Budget budget;
  private final LongSupplier ticker;
  private long atNanos;

  /**
   * Steers to an aim.
   *
   * @param ticker elapsed nanoseconds since an arbitrary origin
   */
  public Costs(Aim aim, LongSupplier ticker) {
    this.control = new CostControl(aim);
    this.ticker = ticker;
    this.atNanos = ticker.getAsLong();
    double perSecond = aim instanceof Aim.Budget(double most) ? most : Double.POSITIVE_INFINITY;
    this.budget = new Budget(perSecond, atNanos);
  }

  /** In stalls. */
  public synchronized double cost() {
    pass();
    return control.cost();
  }

  /** Somebody asked for a token. */
  synchronized void requested(boolean stalled) {
    control.requested(stalled);
  }

  /** Takes the right to renew one token ahead; false: not now. */
  synchronized boolean spend() {
    pass();
    if (budget.left(atNanos) < 1) {
      return false;
    }
    budget.spend();
    control.renewed();
    return true;
  }

  private void pass() {
    long now = ticker.getAsLong();
    if (now - atNanos > 0) {
      control.passed((now - atNanos) / 1e9);
      atNanos = now;
    }
  }
}
