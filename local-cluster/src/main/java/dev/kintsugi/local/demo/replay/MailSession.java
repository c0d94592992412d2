package dev.kintsugi.local.demo.replay;

import dev.kintsugi.trace.TraceUser;

/**
 * A signed-in user's session.
 *
 * @param id as the public API names it
 * @param grantId of the session's grant at the token service
 */
public record MailSession(TraceUser user, String id, String grantId) {}
