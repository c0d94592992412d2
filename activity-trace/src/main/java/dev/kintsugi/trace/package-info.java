/** What users did, when: read from files or made from a seed. Pure Java. */
@NullMarked
package dev.kintsugi.trace;

import org.jspecify.annotations.NullMarked;
