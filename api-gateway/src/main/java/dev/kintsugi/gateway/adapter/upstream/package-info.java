/** Upstream applications over HTTP, each behind a circuit breaker and a bulkhead. */
@NullMarked
package dev.kintsugi.gateway.adapter.upstream;

import org.jspecify.annotations.NullMarked;
