/** Kafka as the services use it: appending, tailing, topics, and following the shard map. */
@NullMarked
package dev.kintsugi.log;

import org.jspecify.annotations.NullMarked;
