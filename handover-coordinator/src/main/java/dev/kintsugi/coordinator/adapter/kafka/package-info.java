/** The shard map's log in Kafka. */
@NullMarked
package dev.kintsugi.coordinator.adapter.kafka;

import org.jspecify.annotations.NullMarked;
