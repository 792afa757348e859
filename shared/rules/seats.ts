/**
 * Seats of licences against what a cycle is about to give and to take. Pure.
 *
 * GoTo does not tell how many seats are free; seats − holders is the reading of its fields (docs/facts/goto-api.md 6, item
 * 22). So no seat is believed only when the count is exactly used up; a count that cannot be right decides nothing.
 */
import type { License } from '../model/Account';
import type { PlanEntry } from '../model/PlanEntry';

/** People to whom a cycle gives a licence, and from whom it takes it. */
export interface SeatDemand {
  readonly asked: number;
  readonly freed: number;
}

/** From how few free seats on a warning is due: a number, or a share of all seats. */
export type SeatsLeft = { readonly count: number } | { readonly percent: number };

export interface SeatsJudged {
  /** Licences of which no seat is left, nor becomes free in this cycle. */
  readonly soldOut: readonly string[];
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
    const had = keysIn(before);
    for (const key of keysIn(after)) if (!had.includes(key)) add(key, 1, 0);
    for (const key of drops) if (had.includes(key)) add(key, 0, 1);
  }
  return sums;
}

const keysIn = (values: PlanEntry['before']): readonly string[] => {
  const keys = values?.['licenseKeys'];
  return Array.isArray(keys) ? keys.filter((key) => typeof key === 'string') : [];
};

/** @param limit see SEATS_WARNING */
export function judgeSeats(
  licenses: readonly License[],
  demand: Readonly<Record<string, SeatDemand>>,
  limit: SeatsLeft,
): SeatsJudged {
  const soldOut: string[] = [];
  const warnings: string[] = [];
  let waitingInAll = 0;
  for (const license of licenses) {
    const wanted = demand[license.key];
    const { seats, used, key } = license;
    if (wanted === undefined || seats === null || used > seats) continue;
    const name = license.description === '' ? key : `"${license.description}" (${key})`;
    const free = seats - used + wanted.freed;
    const waiting = wanted.asked - free;
    if (wanted.asked > 0 && free === 0) soldOut.push(key);
    if (waiting > 0) {
      waitingInAll += waiting;
      const people = waiting === 1 ? '1 person waits' : `${waiting} people wait`;
      warnings.push(
        `${people} for a seat of licence ${name}: all ${seats} are taken. Free or buy seats; they are given by themselves.`,
      );
    } else if (free - wanted.asked <= ('count' in limit ? limit.count : Math.floor((seats * limit.percent) / 100)))
      warnings.push(`${free - wanted.asked} of ${seats} seats of licence ${name} are left after this cycle.`);
  }
  return { soldOut, waiting: waitingInAll, warnings };
}
