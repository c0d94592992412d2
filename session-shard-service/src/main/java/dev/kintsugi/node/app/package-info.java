/** The program: its settings, its beans, its main method. */
@NullMarked
package dev.kintsugi.node.app;

import org.jspecify.annotations.NullMarked;
