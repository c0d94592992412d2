package dev.kintsugi.gateway.app;

import dev.kintsugi.client.NodeTrouble;
import dev.kintsugi.client.ShardCallListener;
import dev.kintsugi.client.ShardResponse;
import dev.kintsugi.client.domain.Trouble;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.gateway.adapter.coordinators.NodeWitness;

/** Has calls counted, and coordinators told of nodes that do not answer. */
record WitnessedCalls(ShardCallListener metrics, NodeWitness witness) implements ShardCallListener {

  @Override
  public void parked(SlotId slot, Trouble trouble) {
    metrics.parked(slot, trouble);
  }

  @Override
  public void abandoned(SlotId slot, Trouble trouble) {
    metrics.abandoned(slot, trouble);
  }

  @Override
  public void replayed(SlotId slot, NodeId node) {
    metrics.replayed(slot, node);
  }

  @Override
  public void nodeFailed(NodeTrouble trouble) {
    metrics.nodeFailed(trouble);
    witness.failed(trouble);
  }

  @Override
  public void nodeAnswered(NodeId node, Incarnation incarnation, long atNanos) {
    metrics.nodeAnswered(node, incarnation, atNanos);
    witness.answered(node, incarnation);
  }

  @Override
  public void answered(SlotId slot, ShardResponse response) {
    metrics.answered(slot, response);
  }

  @Override
  public void gaveUp(SlotId slot, Trouble trouble, ShardResponse response) {
    metrics.gaveUp(slot, trouble, response);
  }
}
