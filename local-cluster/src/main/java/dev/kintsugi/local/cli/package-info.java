/** The command {@code kintsugi}. */
@NullMarked
package dev.kintsugi.local.cli;

import org.jspecify.annotations.NullMarked;
