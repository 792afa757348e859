/**
 * The invariants as pure predicates over plain data: each tells what is wrong, or null.
 * The model asks them at its writes and ends; a replay of the engine's recorded tables and requests can ask the same ones.
 */
export type Finding = string | null;

/** I03: at most one link per GoTo key. */
export function twoLinks(links: readonly { readonly person: string; readonly key: string }[]): Finding {
  const owner = new Map<string, string>();
  for (const { person, key } of links) {
    const other = owner.get(key);
    if (other !== undefined && other !== person) return `I03: two people are linked to ${key}`;
    owner.set(key, person);
  }
  return null;
}

/** I03: at most one account per person. */
export function twoAccounts(owners: readonly string[]): Finding {
  const double = owners.find((owner, i) => owners.indexOf(owner) !== i);
  return double === undefined ? null : `I03: a second account for ${double}`;
}

/**
 * I04: a watermark never points past a change that no mark has taken up.
 * `changes` are in the order of the source; `marked` says up to which change the marks of a person have stood.
 */
export function watermarkAhead(
  changes: readonly { readonly person: string }[],
  marked: ReadonlyMap<string, number>,
  token: number,
): Finding {
  const lost = changes.slice(0, token).find(({ person }, i) => (marked.get(person) ?? 0) <= i);
  return lost === undefined ? null : `I04: the watermark passes a change of ${lost.person} that nobody has marked`;
}

/** I06: removals without approval stay within the limit; a person counts once. */
export function overLimit(removed: readonly string[], limit: number): Finding {
  return new Set(removed).size <= limit ? null : 'I06: more removals than the limit without approval';
}

/** I06: a removal that says approved was approved, in that very plan. */
export function notApproved(person: string, approved: readonly string[] | undefined): Finding {
  return approved?.includes(person) === true ? null : `I06: the removal of ${person} says approved, nobody approved it`;
}

/** I06: a plan that was rejected or superseded is never applied. */
export function revived(before: string, after: string): Finding {
  const dead = before === 'rejecting' || before === 'rejected' || before === 'superseded';
  const leaves = before === 'superseded' ? after !== 'superseded' : after === 'applying';
  return dead && leaves ? `I06: a plan that is ${before} becomes ${after}` : null;
}

/** I08: a write lands only while its intent stands on the person's row. */
export function withoutIntent(write: string, pending: string | null): Finding {
  return write === pending
    ? null
    : `I08: write ${write} lands, but the intent on the person's row is ${pending ?? 'none'}`;
}

/** I08: the version seen never goes back. */
export function olderFacts(person: string, before: number | undefined, factsAt: number): Finding {
  return before === undefined || before <= factsAt ? null : `I08: the version seen goes back for ${person}`;
}

/** I12: a log entry has its write. */
export function entryWithoutWrite(entry: string, writes: ReadonlySet<string>): Finding {
  return writes.has(entry) ? null : `I12: the log claims write ${entry}, which did not happen`;
}

/** I12: a write has its log entry. */
export function writeWithoutEntry(write: string, entries: ReadonlySet<string>): Finding {
  return entries.has(write) ? null : `I12: write ${write} is in no log entry`;
}

export interface CycleCounts {
  readonly cycle: string;
  readonly expected: number;
  readonly open: number;
  readonly done: number;
  /** Writes as the chunks count them, and entries of the log that name the cycle. */
  readonly wrote: number;
  readonly entries: number;
}

/** I14: a final cycle has no open row, and done is what was expected. */
export function rowsDoNotAddUp({ cycle, expected, open, done }: CycleCounts): Finding {
  if (open > 0) return `I14: ${cycle} is final with open rows`;
  return done === expected ? null : `I14: ${cycle} ended with done ${done} of expected ${expected}`;
}

/** I14 and I12: the writes counted are the entries of the log. */
export function writesDoNotAddUp({ cycle, wrote, entries }: CycleCounts): Finding {
  return wrote === entries ? null : `I14/I12: ${cycle} counts ${wrote} writes, the log has ${entries}`;
}
