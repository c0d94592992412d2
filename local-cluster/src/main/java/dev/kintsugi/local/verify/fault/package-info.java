/** What is broken and mended, and what the cluster says of itself meanwhile. */
@NullMarked
package dev.kintsugi.local.verify.fault;

import org.jspecify.annotations.NullMarked;
