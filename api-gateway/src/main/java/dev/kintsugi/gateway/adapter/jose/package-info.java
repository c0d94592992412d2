/** Signatures of what upstreams are told of sessions (JOSE). */
@NullMarked
package dev.kintsugi.gateway.adapter.jose;

import org.jspecify.annotations.NullMarked;
