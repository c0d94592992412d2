/** The token service over HTTP. */
@NullMarked
package dev.kintsugi.node.adapter.tokens;

import org.jspecify.annotations.NullMarked;
