package dev.kintsugi.local.demo.replay;

/** A user who has signed in: the session, and the tokens that the identity provider gave. */
public record Arrival(MailSession session, Identity.Granted granted) {}
