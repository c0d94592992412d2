/** Activity events on Kafka. */
@NullMarked
package dev.kintsugi.gateway.adapter.kafka;

import org.jspecify.annotations.NullMarked;
