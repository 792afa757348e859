/**
 * Groups in groups, as far as they were read. A graph, not a tree: a group may be in several others, and in itself by a
 * detour (graph-source.md 2.4); each is met once.
 */
export class GroupNesting {
  readonly #inner: ReadonlyMap<string, readonly string[]>;
  readonly #outer = new Map<string, string[]>();
  readonly #waysUp = new Map<string, ReadonlyMap<string, string | null>>();

  /** @param inner groups that are direct members, by the id of the group they are in */
  constructor(inner: ReadonlyMap<string, readonly string[]>) {
    this.#inner = inner;
    for (const [id, members] of inner) {
      for (const member of members) {
        const outer = this.#outer.get(member);
        if (outer === undefined) this.#outer.set(member, [id]);
        else outer.push(id);
      }
    }
  }

  /** The groups themselves and every group in them. */
  below(groupIds: Iterable<string>): Set<string> {
    const met = new Set(groupIds);
    // A set that grows while it is walked is walked to its end.
    for (const id of met) for (const member of this.#inner.get(id) ?? []) met.add(member);
    return met;
  }

  /** The group itself and every group it is in, nearest first. */
  above(groupId: string): Iterable<string> {
    return this.#wayUp(groupId).keys();
  }

  /** The groups between, from behind `outerId` to `groupId`, along a shortest way; empty for the group itself. */
  pathFrom(outerId: string, groupId: string): readonly string[] {
    const up = this.#wayUp(groupId);
    const path: string[] = [];
    for (let id = up.get(outerId) ?? null; id !== null; id = up.get(id) ?? null) path.push(id);
    return path;
  }

  /** Each group above with the next one on the way down to `groupId`. */
  #wayUp(groupId: string): ReadonlyMap<string, string | null> {
    const known = this.#waysUp.get(groupId);
    if (known !== undefined) return known;
    const up = new Map<string, string | null>([[groupId, null]]);
    for (const id of up.keys()) for (const outer of this.#outer.get(id) ?? []) if (!up.has(outer)) up.set(outer, id);
    this.#waysUp.set(groupId, up);
    return up;
  }
}

/** From each of the outer groups that is above some of the inner ones, a shortest way down: the groups in between. */
export function shortestPaths(
  nesting: GroupNesting,
  outerIds: Iterable<string>,
  innerIds: Iterable<string>,
): ReadonlyMap<string, readonly string[]> {
  const outer = new Set(outerIds);
  const paths = new Map<string, readonly string[]>();
  for (const innerId of innerIds) {
    for (const id of nesting.above(innerId)) {
      if (!outer.has(id)) continue;
      const path = nesting.pathFrom(id, innerId);
      const known = paths.get(id);
      if (known === undefined || path.length < known.length) paths.set(id, path);
    }
  }
  return paths;
}
