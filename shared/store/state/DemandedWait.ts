/**
 * What every instance must know to keep to GoTo's rate: the wait that GoTo demanded, which is never shortened, and when
 * guests are about, with the last slot that one of them has taken.
 */
import type { Table } from '../Table';

const KEY = { partitionKey: 'wait', rowKey: 'goto' } as const;
const TRIES = 5;

/** Moments in ms; 0 when there is none. */
export interface StoredPace {
  /** Nothing may be sent before. */
  readonly waitUntil: number;
  readonly guestsFrom: number;
  readonly guestsUntil: number;
}

type Columns = StoredPace & { readonly guestSlot: number };

export class DemandedWait {
  constructor(private readonly table: Table) {}

  async read(): Promise<StoredPace> {
    return columnsOf(await this.table.get(KEY.partitionKey, KEY.rowKey));
  }

  /** @returns the moment (ms) that stands now */
  async raise(untilMs: number): Promise<number> {
    const stored = await this.#change((known) =>
      known.waitUntil >= untilMs ? known : { ...known, waitUntil: untilMs },
    );
    return stored?.waitUntil ?? untilMs;
  }

  /** Guests are about until then; those who are already keep the moment they began at. @returns what holds now */
  async admitGuests(nowMs: number, fromMs: number, untilMs: number): Promise<StoredPace> {
    const admitted = (known: Columns): Columns => ({
      ...known,
      guestsFrom: known.guestsUntil > nowMs ? known.guestsFrom : fromMs,
      guestsUntil: Math.max(known.guestsUntil, untilMs),
    });
    return (await this.#change(admitted)) ?? { waitUntil: 0, guestsFrom: fromMs, guestsUntil: untilMs };
  }

  /** @param choose the slot behind the last one that was taken. @returns the slot, which no other guest has */
  async takeGuestSlot(choose: (after: number) => number): Promise<number> {
    const stored = await this.#change((known) => ({ ...known, guestSlot: choose(known.guestSlot) }));
    return stored?.guestSlot ?? choose(0);
  }

  /** @returns undefined when others were faster each time */
  async #change(next: (known: Columns) => Columns): Promise<Columns | undefined> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const row = await this.table.get(KEY.partitionKey, KEY.rowKey);
      const known = columnsOf(row);
      const wanted = next(known);
      if (wanted === known) return known;
      const { waitUntil, guestsFrom, guestsUntil, guestSlot } = wanted;
      const columns = {
        ...KEY,
        until: String(waitUntil),
        guestsFrom: String(guestsFrom),
        guestsUntil: String(guestsUntil),
        guestSlot: String(guestSlot),
      };
      const stored =
        row === undefined ? await this.table.create(columns) : await this.table.replaceIfUnchanged(columns, row.etag);
      if (stored !== undefined) return wanted;
    }
    return undefined;
  }
}

const columnsOf = (row: Readonly<Record<string, unknown>> | undefined): Columns => ({
  waitUntil: Number(row?.['until'] ?? 0),
  guestsFrom: Number(row?.['guestsFrom'] ?? 0),
  guestsUntil: Number(row?.['guestsUntil'] ?? 0),
  guestSlot: Number(row?.['guestSlot'] ?? 0),
});
