/** HTTP/1.1 over one selector: many requests at once on one thread. */
@NullMarked
package dev.kintsugi.local.verify.wire;

import org.jspecify.annotations.NullMarked;
