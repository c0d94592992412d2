/** The REST interface of grants. */
@NullMarked
package dev.kintsugi.tokens.adapter.rest;

import org.jspecify.annotations.NullMarked;
