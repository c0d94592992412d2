/** Whether the grants of the sessions that this node serves still stand. */
@NullMarked
package dev.kintsugi.node.runtime.grants;

import org.jspecify.annotations.NullMarked;
