package dev.kintsugi.node.runtime;

import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.SlotId;
import dev.kintsugi.node.domain.Moment;
import dev.kintsugi.node.domain.SlotEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Logs in memory for one node; what is appended is read back by a thread of their own. */
public final class MemoryLog implements NodeLog {

  private final ExecutorService reader = Executors.newSingleThreadExecutor();
  private final Map<SlotId, List<SlotEntry>> logs = new HashMap<>();
  private final CompletableFuture<Listener> listener = new CompletableFuture<>();

  @Override
  public void start(Listener told) {
    listener.complete(told);
  }

  private void read(Runnable event) {
    reader.execute(event);
  }

  @Override
  public CompletableFuture<Long> append(SlotId slot, SlotEntry entry) {
    CompletableFuture<Long> appended = new CompletableFuture<>();
    read(() -> {
      List<SlotEntry> log = logs.computeIfAbsent(slot, _ -> new ArrayList<>());
      long offset = log.size();
      log.add(entry);
      appended.complete(offset);
      listener.join().onEntries(slot, List.of(new Read(offset, entry)));
    });
    return appended;
  }

  @Override
  public void replaceWriter() {}

  @Override
  public void appendBeat(Incarnation incarnation, long sequence) {
    read(() -> listener.join().onBeat(incarnation, sequence));
  }

  @Override
  public void watchNoMore() {}

  @Override
  public void appendFence(NodeId node, Incarnation of, int leasePartition, Incarnation by) {
    read(() -> listener.join().onFence(of));
  }

  @Override
  public void follow(SlotId slot) {
    read(() -> {
      listener.join().onFollowed(slot);
      List<SlotEntry> log = logs.getOrDefault(slot, List.of());
      List<Read> all = new ArrayList<>();
      for (int offset = 0; offset < log.size(); offset++) {
        all.add(new Read(offset, log.get(offset)));
      }
      listener.join().onEntries(slot, all);
      listener.join().onAtEnd(slot, new Moment(System.nanoTime(), Instant.now()));
    });
  }

  @Override
  public void unfollow(SlotId slot) {}

  @Override
  public void close() {
    reader.shutdownNow();
  }
}
