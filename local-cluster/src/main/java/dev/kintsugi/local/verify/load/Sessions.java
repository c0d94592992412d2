package dev.kintsugi.local.verify.load;

import dev.kintsugi.local.SuiteException;
import dev.kintsugi.local.verify.check.Found;
import dev.kintsugi.local.verify.check.ReadBack;
import dev.kintsugi.local.verify.wire.Response;
import dev.kintsugi.local.verify.wire.Wire;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.function.Supplier;

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
  private final Supplier<String> token;
  private final String prefix;
  private final SplittableRandom random;
  private final List<String> users = new ArrayList<>();
  private final List<String> ids = new ArrayList<>();
  private final Map<Integer, Integer> slots = new HashMap<>();
  private int lasting;
  private int made;

  /**
   * @param token the application's, which acts for any user
   * @param prefix of the users' names; other than that of earlier ones
   */
  public Sessions(URI gateway, Supplier<String> token, String prefix, long seed) {
    this.gateway = gateway;
    this.calls = new Calls(gateway.getAuthority());
    this.token = token;
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
              () -> calls.create(user, pad, "create-" + user, token.get()),
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
   * @throws SuiteException if one cannot be read within the time: what is there is not known then
   */
  public ReadBack readAll(Duration patience) throws InterruptedException {
    Map<Integer, Found> found = new TreeMap<>();
    Map<Integer, String> gone = new TreeMap<>();
    List<Bulk.Job> jobs = new ArrayList<>();
    for (int session = 0; session < lasting; session++) {
      int number = session;
      jobs.add(
          new Bulk.Job(
              "session " + ids.get(number),
              () -> calls.readAll(ids.get(number), token.get()),
              response -> note(number, response, found, gone)));
    }
    String left = run(jobs, patience);
    if (!left.isEmpty()) {
      throw new SuiteException(
          "of %d sessions some cannot be read back within %d s, so that nobody knows whether they are still what they must be: %s"
              .formatted(lasting, patience.toSeconds(), left));
    }
    return new ReadBack(found, gone);
  }

  /** Whether the answer says what the session is, or that it is not. */
  private boolean note(
      int session, Response response, Map<Integer, Found> found, Map<Integer, String> gone) {
    switch (Answers.whole(response)) {
      case Answers.Whole.Unproven _ -> {
        return false;
      }
      case Answers.Whole.Gone _ -> {
        for (int area = 0; area < Areas.COUNT; area++) {
          gone.put(Areas.shard(session, area), "404: no session " + ids.get(session));
        }
      }
      case Answers.Whole.Lives(List<Optional<Found>> areas) -> {
        int[] lie = Answers.slots(response);
        for (int area = 0; area < Areas.COUNT; area++) {
          int shard = Areas.shard(session, area);
          if (areas.get(area).isPresent()) {
            found.put(shard, areas.get(area).get());
            slots.put(shard, lie[area]);
          } else {
            gone.put(
                shard, "no %s in session %s".formatted(Areas.NAMES.get(area), ids.get(session)));
          }
        }
      }
    }
    return true;
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
