package dev.kintsugi.local.demo.plan;

import dev.kintsugi.trace.TraceUser;
import java.time.Duration;
import java.time.Instant;

/**
 * A request that is to be made.
 *
 * @param number from 0, in the order of starts
 * @param event which event of the window it belongs to, from 0: a user's requests of one event are
 *     made one after the other
 * @param start when it is intended to start, from the beginning of the replay
 * @param actor who calls
 * @param user whose session it is about
 * @param call what is asked
 * @param tracedAt when it happened in the trace's own time
 */
public record PlannedRequest(
    int number,
    int event,
    Duration start,
    Actor actor,
    TraceUser user,
    Call call,
    Instant tracedAt) {}
