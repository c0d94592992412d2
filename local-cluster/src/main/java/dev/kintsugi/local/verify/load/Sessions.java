package dev.kintsugi.local.verify.load;

import dev.kintsugi.local.SuiteException;
import dev.kintsugi.local.verify.check.Found;
import dev.kintsugi.local.verify.wire.Wire;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.IntPredicate;

/**
 * The sessions that are asked about: those that live on, numbered from 0, and after them those that
 * a run may sign out. Each belongs to a user of its own. Blocking; not thread-safe.
 */
public final class Sessions {

  private static final int PAD_LEAST = 500;
  private static final int PAD_MOST = 1_000;
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Duration CREATE_PATIENCE = Duration.ofMinutes(3);

  private final URI gateway;
  private final Calls calls;
  private final Tokens tokens;
  private final String prefix;
  private final SplittableRandom random;
  private final List<String> users = new ArrayList<>();
  private final List<String> ids = new ArrayList<>();
  private final Map<Integer, Integer> slots = new HashMap<>();
  private int lasting;
  private int made;

  /**
   * @param prefix of the users' names; other than that of earlier ones
   */
  public Sessions(URI gateway, Tokens tokens, String prefix, long seed) {
    this.gateway = gateway;
    this.calls = new Calls(gateway.getAuthority());
    this.tokens = tokens;
    this.prefix = prefix;
    this.random = new SplittableRandom(seed);
  }

  /** The names of the first users. */
  public static List<String> firstUsers(String prefix, int count) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add(prefix + i);
    }
    return names;
  }

  /** Creates the sessions that live on. */
  public void create(int count) throws InterruptedException {
    add(count);
    lasting = ids.size();
  }

  /** Forgets those that could be signed out, and creates others. */
  public void renewMortals(int count) throws InterruptedException {
    while (ids.size() > lasting) {
      ids.removeLast();
      users.removeLast();
    }
    add(count);
  }

  private void add(int count) throws InterruptedException {
    int from = ids.size();
    List<Bulk.Job> jobs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int number = from + i;
      String user = prefix + made++;
      users.add(user);
      ids.add("");
      String pad = "x".repeat(random.nextInt(PAD_LEAST, PAD_MOST));
      jobs.add(
          new Bulk.Job(
              "creating a session for " + user,
              () -> calls.create(user, pad, "create-" + user, tokens.application()),
              response -> {
                ids.set(number, Answers.sessionId(response));
                return !ids.get(number).isEmpty();
              }));
    }
    String left = run(jobs, CREATE_PATIENCE);
    if (!left.isEmpty()) {
      throw new SuiteException("the sessions cannot be created: " + left);
    }
  }

  /**
   * Reads the shards of the sessions that live on, and notes in which slots they lie.
   *
   * @return by shard; those that cannot be read within the time are left out
   */
  public Map<Integer, Found> readAll(Duration patience) throws InterruptedException {
    Map<Integer, Found> found = new TreeMap<>();
    List<Bulk.Job> jobs = new ArrayList<>();
    for (int session = 0; session < lasting; session++) {
      int number = session;
      jobs.add(
          new Bulk.Job(
              "reading session " + ids.get(number),
              () -> calls.readAll(ids.get(number), tokens.application()),
              response -> {
                var areas = Answers.areas(response);
                areas.ifPresent(all -> {
                  int[] lie = Answers.slots(response);
                  for (int area = 0; area < all.length; area++) {
                    found.put(Areas.shard(number, area), all[area]);
                    slots.put(Areas.shard(number, area), lie[area]);
                  }
                });
                return areas.isPresent();
              }));
    }
    String _ = run(jobs, patience);
    return found;
  }

  private String run(List<Bulk.Job> jobs, Duration patience) throws InterruptedException {
    try (Wire wire = new Wire(List.of(new Wire.Target(gateway, TIMEOUT)), 64)) {
      return Bulk.run(wire, jobs, patience);
    }
  }

  /** The shards of sessions that live on whose slot is one of those. */
  public List<Integer> shardsIn(IntPredicate ofSlot) {
    return slots.entrySet().stream()
        .filter(entry -> ofSlot.test(entry.getValue()))
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }

  /** How many live on. */
  public int lasting() {
    return lasting;
  }

  /** How many may be signed out. */
  int mortals() {
    return ids.size() - lasting;
  }

  String id(int session) {
    return ids.get(session);
  }

  String user(int session) {
    return users.get(session);
  }
}
