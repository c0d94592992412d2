/** What the gateway tells coordinators. */
@NullMarked
package dev.kintsugi.gateway.adapter.coordinators;

import org.jspecify.annotations.NullMarked;
