/** Renewal policies replayed over real activity, beside what is in use elsewhere. */
@NullMarked
package dev.kintsugi.bench.tokens;

import org.jspecify.annotations.NullMarked;
