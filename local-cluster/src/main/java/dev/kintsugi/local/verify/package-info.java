/**
 * The command {@code kintsugi verify}: real processes under an open loop of requests while
 * something breaks, and a check of everything that was answered.
 */
@NullMarked
package dev.kintsugi.local.verify;

import org.jspecify.annotations.NullMarked;
