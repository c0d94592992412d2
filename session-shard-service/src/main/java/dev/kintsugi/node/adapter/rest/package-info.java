/** The node's HTTP interface. */
@NullMarked
package dev.kintsugi.node.adapter.rest;

import org.jspecify.annotations.NullMarked;
