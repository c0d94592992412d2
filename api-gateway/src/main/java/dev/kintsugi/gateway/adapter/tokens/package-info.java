/** The token service over HTTP. */
@NullMarked
package dev.kintsugi.gateway.adapter.tokens;

import org.jspecify.annotations.NullMarked;
