package dev.kintsugi.local.demo.replay;

import dev.kintsugi.trace.TraceUser;

/**
 * A signed-in user's session.
 *
 * @param id as the public API names it; also the id of the session's grant
 */
public record MailSession(TraceUser user, String id) {}
