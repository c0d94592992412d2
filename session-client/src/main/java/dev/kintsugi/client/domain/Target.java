package dev.kintsugi.client.domain;

import dev.kintsugi.core.NodeId;
import java.net.URI;

/**
 * A node as the owner of a slot, or standing by, under one grant. The same node under a higher
 * grant is another target.
 *
 * @param url the node's REST interface
 * @param grant 1 or greater; a standby's may be 0 where there never was an owner
 */
public record Target(NodeId node, URI url, long grant) {}
