/** The coordinator's REST interface: heartbeats in, administration. */
@NullMarked
package dev.kintsugi.coordinator.adapter.rest;

import org.jspecify.annotations.NullMarked;
