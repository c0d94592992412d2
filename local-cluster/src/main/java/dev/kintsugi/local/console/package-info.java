/** What several commands share: options that name a suite, and telling of its progress. */
@NullMarked
package dev.kintsugi.local.console;

import org.jspecify.annotations.NullMarked;
