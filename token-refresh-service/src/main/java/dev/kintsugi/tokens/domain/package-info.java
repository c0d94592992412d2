/**
 * The rules of grants: what becomes of one, when its tokens are renewed. Pure: told the time, no
 * threads, no randomness.
 */
@NullMarked
package dev.kintsugi.tokens.domain;

import org.jspecify.annotations.NullMarked;
