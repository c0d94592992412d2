/** The public API over HTTP: checks, routes to the owners of slots, rebuilds, streams. */
@NullMarked
package dev.kintsugi.gateway.adapter.rest;

import org.jspecify.annotations.NullMarked;
