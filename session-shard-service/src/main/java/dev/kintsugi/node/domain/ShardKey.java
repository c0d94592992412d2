package dev.kintsugi.node.domain;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.SessionId;

/** Names a shard: one session's content in one area. */
public record ShardKey(SessionId session, Area area) {}
