package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.Area;
import dev.kintsugi.core.AreaPolicy;
import dev.kintsugi.core.Areas;
import dev.kintsugi.core.Epoch;
import dev.kintsugi.core.Incarnation;
import dev.kintsugi.core.MapNode;
import dev.kintsugi.core.NodeId;
import dev.kintsugi.core.ShardMap;
import dev.kintsugi.core.SlotAssignment;
import dev.kintsugi.core.SlotId;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Nodes that do at once what the table says, so that placement can be looked at alone. */
final class Town {

  /** One node. */
  static final class Resident {
    final NodeId id;
    final Optional<String> zone;
    long incarnation = 1;
    Life life = Life.UP;
    boolean steady = true;
    boolean inGrace;
    boolean draining;
    boolean ending;
    Memory memory = Memory.UNKNOWN;
    final Map<SlotId, SlotReport> reports = new HashMap<>();
    final Set<SlotId> caughtUp = new HashSet<>();

    Resident(NodeId id, Optional<String> zone) {
      this.id = id;
      this.zone = zone;
    }
  }

  static final NodeId A = new NodeId("node-1");
  static final NodeId B = new NodeId("node-2");
  static final NodeId C = new NodeId("node-3");
  static final NodeId D = new NodeId("node-4");

  final Areas areas;
  final Limits limits;
  final Map<NodeId, Resident> residents = new TreeMap<>();
  ShardMap map = ShardMap.EMPTY;
  final Set<SlotId> overdue = new HashSet<>();
  Evenness evenness = Evenness.OF_COUNTS;

  /** How many copies a node that came back can build between two tables. */
  int copiesPerStep = Integer.MAX_VALUE;

  Town(Areas areas, Limits limits) {
    this.areas = areas;
    this.limits = limits;
  }

  static Town ofFour(int nodes) {
    Town town =
        new Town(areas(16, 2, "mailbox-list", "message-content", "settings"), Limits.DEFAULT);
    for (int i = 1; i <= nodes; i++) {
      town.join(new NodeId("node-" + i), Optional.empty());
    }
    return town;
  }

  static Areas areas(int slots, int copies, String... more) {
    List<AreaPolicy> policies = new ArrayList<>();
    policies.add(new AreaPolicy(Area.SESSION, slots, copies, 1000));
    for (String area : more) {
      policies.add(new AreaPolicy(new Area(area), slots, copies, 1000));
    }
    return Areas.of(policies);
  }

  Resident join(NodeId id, Optional<String> zone) {
    Resident resident = new Resident(id, zone);
    residents.put(id, resident);
    return resident;
  }

  Resident at(NodeId id) {
    return residents.get(id);
  }

  void kill(NodeId id, boolean inGrace) {
    Resident resident = at(id);
    resident.life = Life.DEAD;
    resident.inGrace = inGrace;
    resident.reports.clear();
  }

  void restart(NodeId id) {
    Resident resident = at(id);
    resident.life = Life.UP;
    resident.inGrace = false;
    resident.incarnation++;
    resident.reports.clear();
    resident.caughtUp.clear();
  }

  Fleet fleet() {
    return new Fleet(residents.values().stream().map(Town::peer).toList());
  }

  private static Peer peer(Resident resident) {
    MapNode.State state =
        resident.life == Life.DEAD
            ? MapNode.State.DEAD
            : resident.draining ? MapNode.State.DRAINING : MapNode.State.UP;
    MapNode node =
        new MapNode(
            resident.id,
            URI.create("http://" + resident.id),
            new Incarnation(resident.incarnation),
            state,
            resident.zone);
    return new Peer(
        node,
        resident.life,
        resident.steady,
        resident.draining,
        resident.ending,
        resident.inGrace,
        resident.reports,
        resident.memory);
  }

  Placement.Plan plan() {
    return Placement.next(
        new Placement.Question(areas, map, fleet(), limits, Set.copyOf(overdue), false, evenness));
  }

  /** One table further, without the nodes doing anything about it. */
  ShardMap step() {
    map = plan().table();
    return map;
  }

  /** Lets each live node do what the table says: copies catch up, owners serve. */
  void obey() {
    for (Resident resident : residents.values()) {
      resident.reports.clear();
      if (resident.life != Life.DEAD) {
        int before = resident.caughtUp.size();
        map.forEachSlot((slot, a) -> report(resident, slot, a, before));
      }
    }
  }

  private void report(Resident resident, SlotId slot, SlotAssignment assignment, int before) {
    if (!assignment.involves(resident.id)) {
      resident.caughtUp.remove(slot);
      return;
    }
    if (resident.caughtUp.size() - before < copiesPerStep) {
      resident.caughtUp.add(slot);
    }
    boolean caughtUp = resident.caughtUp.contains(slot);
    SlotReport.Role role =
        assignment.isOwner(resident.id) ? SlotReport.Role.SERVING : SlotReport.Role.STANDBY;
    resident.reports.put(
        slot, new SlotReport(role, 100, new Epoch(assignment.grant(), 1), 1, 1, caughtUp));
  }

  /** Steps and obeys until nothing changes; fails if that takes too long. */
  int settle(Runnable afterEach) {
    for (int steps = 0; steps < 2_000; steps++) {
      ShardMap before = map;
      step();
      afterEach.run();
      boolean quiet = map.sameContent(before);
      obey();
      if (quiet && allCaughtUp() && plan().table().sameContent(map)) {
        return steps;
      }
    }
    throw new AssertionError("the table never comes to rest: " + plan().remaining());
  }

  private boolean allCaughtUp() {
    return residents.values().stream()
        .flatMap(resident -> resident.reports.values().stream())
        .allMatch(SlotReport::caughtUp);
  }

  int settle() {
    return settle(() -> {});
  }

  Map<NodeId, Integer> owned() {
    Map<NodeId, Integer> owned = new TreeMap<>();
    map.forEachSlot((_, a) -> a.owner().ifPresent(o -> owned.merge(o, 1, Integer::sum)));
    return owned;
  }

  Map<NodeId, Integer> copies() {
    Map<NodeId, Integer> copies = new TreeMap<>();
    map.forEachSlot(
        (_, a) -> Draft.holders(a).forEach(holder -> copies.merge(holder, 1, Integer::sum)));
    return copies;
  }

  static int gap(Map<NodeId, Integer> counts, Set<NodeId> nodes) {
    int most = nodes.stream().mapToInt(n -> counts.getOrDefault(n, 0)).max().orElse(0);
    int least = nodes.stream().mapToInt(n -> counts.getOrDefault(n, 0)).min().orElse(0);
    return most - least;
  }

  Set<NodeId> active() {
    return Set.copyOf(fleet().active());
  }
}
