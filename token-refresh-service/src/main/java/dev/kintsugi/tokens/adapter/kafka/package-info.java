/** The topic in which everybody hears of grants that have ended. */
@NullMarked
package dev.kintsugi.tokens.adapter.kafka;

import org.jspecify.annotations.NullMarked;
