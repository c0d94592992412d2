/**
 * Signs users and applications in at an OAuth 2.0 provider over HTTP, as a browser with a login
 * form does. Needs nothing but the JDK.
 */
@NullMarked
package dev.kintsugi.signin;

import org.jspecify.annotations.NullMarked;
