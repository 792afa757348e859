/**
 * Seats of licences against what a cycle is about to give and to take. Pure.
 *
 * GoTo does not tell how many seats are free; seats − holders is the reading of its fields (docs/facts/goto-api.md 6, item
 * 22). So no seat is believed only when the count is exactly used up; a count that cannot be right decides nothing.
 */
import type { License } from '../model/Account';
import type { PlanEntry } from '../model/PlanEntry';
import type { Grant } from './grantsInWords';

/** People to whom a cycle gives a licence, and from whom it takes it. */
export interface SeatDemand {
  readonly asked: number;
  readonly freed: number;
}

/** From how few free seats on a warning is due: a number, or a share of all seats. */
export type SeatsLeft = { readonly count: number } | { readonly percent: number };

export interface SeatsJudged {
  /** Licences that do not last for everybody who is to get one, with the seats that are free, or become so in this cycle. */
  readonly short: ReadonlyMap<string, number>;
  /** People who wait for a seat, over all licences. */
  readonly waiting: number;
  /** For the admin: who waits, and what is about to run out. */
  readonly warnings: readonly string[];
}

/** The demand of further plan rows on top of what was counted. */
export function addDemand(
  demand: Readonly<Record<string, SeatDemand>>,
  entries: readonly Pick<PlanEntry, 'before' | 'after' | 'drops'>[],
): Record<string, SeatDemand> {
  const sums: Record<string, SeatDemand> = { ...demand };
  const add = (key: string, asked: number, freed: number): void => {
    const sum = sums[key] ?? { asked: 0, freed: 0 };
    sums[key] = { asked: sum.asked + asked, freed: sum.freed + freed };
  };
  for (const { before, after, drops } of entries) {
    for (const key of newKeysIn({ before, after })) add(key, 1, 0);
    const had = keysIn(before);
    for (const key of drops) if (had.includes(key)) add(key, 0, 1);
  }
  return sums;
}

/** Licences that an entry gives anew. */
function newKeysIn({ before, after }: Pick<PlanEntry, 'before' | 'after'>): readonly string[] {
  const had = keysIn(before);
  return keysIn(after).filter((key) => !had.includes(key));
}

const keysIn = (values: PlanEntry['before']): readonly string[] => {
  const keys = values?.['licenseKeys'];
  return Array.isArray(keys) ? keys.filter((key) => typeof key === 'string') : [];
};

/** What tells whose turn it is. */
type InTurn = Pick<PlanEntry, 'sourceId' | 'mark' | 'factsAt' | 'wantedSince'>;

/**
 * Since when (ms) the person waits for access: as remembered of who waits for a seat already, then as Entra dates the
 * assignment, then as the connector saw it.
 */
export const waitsSince = ({ mark, factsAt, wantedSince }: Omit<InTurn, 'sourceId'>): number =>
  mark?.seatSince ?? wantedSince ?? mark?.since ?? factsAt;

/** Whose turn it is, as a text that sorts: who was assigned first comes first. */
export const seatTurn = (entry: InTurn): string =>
  `${String(Math.max(0, Math.round(waitsSince(entry)))).padStart(16, '0')}-${entry.sourceId}`;

/**
 * Since when (ms) somebody is to have access. Entra dates the assignment of a person, and of a group; who came to the group
 * later is dated by the mark that said so.
 * @param marked when (ms) the change was seen that the person is looked at for; null when there was none
 * @returns null where nothing tells
 */
export function wantedSince(
  grants: readonly Grant[],
  isEntitled: (roleId: string) => boolean,
  marked: number | null,
): number | null {
  const dates = grants.flatMap(({ via, assignedAt }) =>
    [...assignedAt].flatMap(([roleId, at]) => {
      if (at === null || !isEntitled(roleId)) return [];
      return via === 'direct' ? at : Math.max(at, marked ?? at);
    }),
  );
  return dates.length === 0 ? null : Math.min(...dates);
}

/**
 * Gives short licences out in turn. Whoever needs several gets all of them or none, and keeps none from those behind.
 * @param free seats of the licences that are short
 * @returns by the short licences that people ask for together (`+` between them): the last turn that gets them, empty when
 *   nobody does; nothing for those that everybody gets
 */
export function allotSeats(
  entries: readonly (InTurn & Pick<PlanEntry, 'before' | 'after'>)[],
  free: ReadonlyMap<string, number>,
): ReadonlyMap<string, string> {
  const left = new Map(free);
  const last = new Map<string, string>();
  const refused = new Map<string, string>();
  const inTurn = entries.map((entry) => ({
    turn: seatTurn(entry),
    keys: newKeysIn(entry).filter((key) => free.has(key)),
  }));
  for (const { turn, keys } of inTurn.sort((a, b) => (a.turn < b.turn ? -1 : 1))) {
    const together = [...keys].sort().join('+');
    if (keys.length === 0 || refused.has(together)) continue;
    if (keys.some((key) => (left.get(key) ?? 0) <= 0)) {
      refused.set(together, last.get(together) ?? '');
      continue;
    }
    for (const key of keys) left.set(key, (left.get(key) ?? 0) - 1);
    last.set(together, turn);
  }
  return refused;
}

/** @param limit see SEATS_WARNING */
export function judgeSeats(
  licenses: readonly License[],
  demand: Readonly<Record<string, SeatDemand>>,
  limit: SeatsLeft,
): SeatsJudged {
  const short = new Map<string, number>();
  const warnings: string[] = [];
  let waitingInAll = 0;
  for (const license of licenses) {
    const wanted = demand[license.key];
    const { seats, used, key } = license;
    if (wanted === undefined || seats === null || used > seats) continue;
    const name = license.description === '' ? key : `"${license.description}" (${key})`;
    const free = seats - used + wanted.freed;
    const waiting = wanted.asked - free;
    if (waiting > 0) {
      short.set(key, free);
      waitingInAll += waiting;
      const people = waiting === 1 ? '1 person waits' : `${waiting} people wait`;
      warnings.push(
        `${people} for a seat of licence ${name}: all ${seats} are taken. Free or buy seats; they are given by themselves.`,
      );
    } else if (free - wanted.asked <= ('count' in limit ? limit.count : Math.floor((seats * limit.percent) / 100)))
      warnings.push(`${free - wanted.asked} of ${seats} seats of licence ${name} are left after this cycle.`);
  }
  return { short, waiting: waitingInAll, warnings };
}
