/** From events of a trace to requests with intended starts. Pure. */
@NullMarked
package dev.kintsugi.local.demo.plan;

import org.jspecify.annotations.NullMarked;
