/**
 * A web application that keeps no sessions: whatever it needs of one comes in a header, and what it
 * wants changed goes back in another.
 */
@NullMarked
package dev.kintsugi.example.upstream;

import org.jspecify.annotations.NullMarked;
