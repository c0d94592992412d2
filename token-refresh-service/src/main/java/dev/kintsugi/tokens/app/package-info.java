/** Start, settings and wiring. */
@NullMarked
package dev.kintsugi.tokens.app;

import org.jspecify.annotations.NullMarked;
