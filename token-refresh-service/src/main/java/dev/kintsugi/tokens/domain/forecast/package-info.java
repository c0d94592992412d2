/**
 * When a user will be active next, learned from when the user was, and when a token is best renewed
 * for it. Pure: told the time, without threads, chance or clocks.
 *
 * <pre>
 *   UserActivity, Population ──► RateModel × n ──► RateCombiner ──► Forecast ──► RenewalPlanner
 * </pre>
 */
@NullMarked
package dev.kintsugi.tokens.domain.forecast;

import org.jspecify.annotations.NullMarked;
