package dev.kintsugi.coordinator.domain;

import dev.kintsugi.core.MapVersion;

/**
 * The cluster in numbers.
 *
 * @param slots slots of the map in force
 * @param withoutOwner of them without a living owner
 * @param thin of them with fewer than two live copies: held by a node that is not thought dead and
 *     says that it has read the slot's log to its end
 * @param moving of them in a planned move
 * @param tableTooLarge whether this coordinator leads with a table to write that is larger than the
 *     log takes: until it is smaller, the map in force stays
 */
public record Health(
    boolean leading,
    boolean upToDate,
    MapVersion version,
    int nodesUp,
    int nodesSuspect,
    int nodesDead,
    int nodesDraining,
    int slots,
    int withoutOwner,
    int thin,
    int moving,
    boolean tableTooLarge,
    long handovers) {

  public static final Health NONE =
      new Health(false, false, MapVersion.NONE, 0, 0, 0, 0, 0, 0, 0, 0, false, 0);
}
