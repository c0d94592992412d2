package dev.kintsugi.local.verify.check;

import java.util.Map;

/**
 * What reading all sessions has brought, while nothing else went on. A shard that is in neither was
 * not asked about.
 *
 * @param found by shard, what it is
 * @param gone by shard, what was answered instead: there is no such session, or it lacks the area
 */
public record ReadBack(Map<Integer, Found> found, Map<Integer, String> gone) {

  public ReadBack {
    found = Map.copyOf(found);
    gone = Map.copyOf(gone);
  }
}
