package dev.kintsugi.local.demo.plan;

/** Who calls: decides the token, and what a request has to wait for. */
public enum Actor {
  /** The signed-in user, one request after another. */
  USER,
  /** The mail application on behalf of a user, without waiting for anything. */
  APPLICATION
}
