/**
 * The life of sessions across areas whose slots lie on different nodes: creation, use, ending.
 * There is no transaction; the area {@code session} is the authority, written last at creation and
 * first at the end.
 */
@NullMarked
package dev.kintsugi.node.runtime.life;

import org.jspecify.annotations.NullMarked;
