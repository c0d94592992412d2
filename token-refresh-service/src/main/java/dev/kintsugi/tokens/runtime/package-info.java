/**
 * What runs: renewing once at a time across all instances, planning ahead, revoking. Calls its
 * ports on virtual threads.
 */
@NullMarked
package dev.kintsugi.tokens.runtime;

import org.jspecify.annotations.NullMarked;
