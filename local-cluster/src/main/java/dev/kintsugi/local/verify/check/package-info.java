/**
 * What was seen, and whether it can be true: the recorded history and the rules that it is held
 * against. Pure.
 */
@NullMarked
package dev.kintsugi.local.verify.check;

import org.jspecify.annotations.NullMarked;
