/** Who asks: the plan of requests, the sessions they go to, and the open loop that sends them. */
@NullMarked
package dev.kintsugi.local.verify.load;

import org.jspecify.annotations.NullMarked;
