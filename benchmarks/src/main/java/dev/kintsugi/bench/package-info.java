/** What the shard store costs, beside what its parts cost bare. */
@NullMarked
package dev.kintsugi.bench;

import org.jspecify.annotations.NullMarked;
