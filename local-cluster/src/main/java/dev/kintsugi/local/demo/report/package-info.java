/** A run as JSON and as a page to look at. Pure. */
@NullMarked
package dev.kintsugi.local.demo.report;

import org.jspecify.annotations.NullMarked;
