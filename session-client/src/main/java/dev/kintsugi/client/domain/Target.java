package dev.kintsugi.client.domain;

import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.NodeId;
import java.net.URI;

/**
 * A node as the owner of a slot, or standing by, under one grant. The same node under a higher
 * grant, or as another incarnation, is another target: what the earlier one did not answer, it
 * never will.
 *
 * @param url the node's REST interface
 * @param incarnation the node's life, by the map
 * @param grant 1 or greater; a standby's may be 0 where there never was an owner
 */
public record Target(NodeId node, URI url, Incarnation incarnation, long grant) {}
