/** Grants, leases and due times in Redis, encrypted. */
@NullMarked
package dev.kintsugi.tokens.adapter.redis;

import org.jspecify.annotations.NullMarked;
