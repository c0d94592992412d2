package dev.kintsugi.client.domain;

import dev.kintsugi.core.NodeId;
import java.net.URI;

/**
 * A node as the owner of a slot under one grant. The same node under a higher grant is another
 * target.
 *
 * @param url the node's REST interface
 * @param grant 1 or greater
 */
public record Target(NodeId node, URI url, long grant) {}
