/** What a run leaves behind: its history and its timeline. */
@NullMarked
package dev.kintsugi.local.verify.report;

import org.jspecify.annotations.NullMarked;
