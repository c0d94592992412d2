/** What every service shares at its edge: settings, who calls, problem documents, security. */
@NullMarked
package dev.kintsugi.kit;

import org.jspecify.annotations.NullMarked;
