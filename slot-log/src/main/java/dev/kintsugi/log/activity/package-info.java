/**
 * What users did, on its way to the topic {@code activity}, of every service that sees requests.
 */
@NullMarked
package dev.kintsugi.log.activity;

import org.jspecify.annotations.NullMarked;
