/** The slot logs and the lease log on Kafka. */
@NullMarked
package dev.kintsugi.node.adapter.kafka;

import org.jspecify.annotations.NullMarked;
