/** What was acknowledged, and whether it is still there. Pure. */
@NullMarked
package dev.kintsugi.local.demo.ledger;

import org.jspecify.annotations.NullMarked;
