/** OAuth 2.0 providers over HTTP. */
@NullMarked
package dev.kintsugi.tokens.adapter.oauth;

import org.jspecify.annotations.NullMarked;
