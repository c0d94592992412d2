/** The replay itself: signed-in users, the public API, an open loop. */
@NullMarked
package dev.kintsugi.local.demo.replay;

import org.jspecify.annotations.NullMarked;
