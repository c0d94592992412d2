/**
 * An identity provider for local use: OAuth 2.0 and OpenID Connect by Spring Authorization Server,
 * where every user name signs in with one and the same password.
 */
@NullMarked
package dev.kintsugi.example.idp;

import org.jspecify.annotations.NullMarked;
