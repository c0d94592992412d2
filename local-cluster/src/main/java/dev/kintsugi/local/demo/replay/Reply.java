package dev.kintsugi.local.demo.replay;

import java.util.Optional;

/**
 * An HTTP answer, as far as it matters.
 *
 * @param status 100 to 599
 * @param etag as it stands in the header
 * @param stale whether the answer is marked as possibly old
 * @param tokenStall whether a token had to be waited for
 * @param body text, empty if there is none
 */
public record Reply(
    int status, Optional<String> etag, boolean stale, boolean tokenStall, String body) {}
