/** What a running suite's parts say of themselves to an operator, and what they are told. */
@NullMarked
package dev.kintsugi.local.admin;

import org.jspecify.annotations.NullMarked;
