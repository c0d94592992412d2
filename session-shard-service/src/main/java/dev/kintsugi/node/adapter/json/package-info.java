/** JSON as the domain wants it done. */
@NullMarked
package dev.kintsugi.node.adapter.json;

import org.jspecify.annotations.NullMarked;
