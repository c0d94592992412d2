/** What the node is doing, as Micrometer sees it. */
@NullMarked
package dev.kintsugi.node.adapter.metrics;

import org.jspecify.annotations.NullMarked;
