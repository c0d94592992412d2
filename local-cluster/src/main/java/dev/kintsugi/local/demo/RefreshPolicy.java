package dev.kintsugi.local.demo;

/** How the token service renews tokens. */
enum RefreshPolicy {
  /** When somebody needs one and it has ended. */
  REACTIVE,
  /** A fixed time before its end. */
  THRESHOLD,
  /** Late, and only where somebody will need one. */
  PREDICTIVE
}
