/** Real Kafka and Redis in processes of their own, for the suite and for tests. */
@NullMarked
package dev.kintsugi.local.embedded;

import org.jspecify.annotations.NullMarked;
