/** Main class, settings and beans. */
@NullMarked
package dev.kintsugi.gateway.app;

import org.jspecify.annotations.NullMarked;
