/**
 * A cycle's head in the hands of its planner or closer. Every change is guarded by the etag of the one before; whoever
 * lost the lock of its message loses here, before anything is recorded (docs/protocol.md R5).
 */
import type { Chunk } from '../../model/Chunk';
import { addTallies, type Cycle, type Tally } from '../../model/Cycle';
import type { PlanRow, PlansTable } from '../../store/PlansTable';

/** Somebody else changed the cycle: what this holder was about to do is theirs now. */
export class PlaceLost extends Error {}

export class CyclePlace {
  #cycle: Cycle;
  /** The head as it is stored. */
  #stored: Cycle;
  #etag: string;

  constructor(
    private readonly plans: PlansTable,
    cycle: Cycle,
    etag: string,
  ) {
    this.#cycle = cycle;
    this.#stored = cycle;
    this.#etag = etag;
  }

  /** The head as it is now, stored or about to be. */
  get cycle(): Cycle {
    return this.#cycle;
  }

  /** Moves on without storing: a crash does the step again, and every step may be repeated. */
  move(change: Partial<Cycle>): void {
    this.#cycle = { ...this.#cycle, ...change };
  }

  /**
   * Before what no etag of the head guards: whoever has lost the place learns it here. Stores nothing new, so that a crash
   * behind it finds what was there. @throws PlaceLost
   */
  async claim(): Promise<void> {
    this.#takeOver(await this.plans.put(this.#stored, this.#etag), this.#stored);
  }

  /** @throws PlaceLost */
  async save(change: Partial<Cycle> = {}): Promise<void> {
    this.move(change);
    this.#takeOver(await this.plans.put(this.#cycle, this.#etag));
  }

  /** Stores rows and chunks together with the place. @throws PlaceLost */
  async record(change: Partial<Cycle>, rows: readonly PlanRow[], chunks: readonly Chunk[]): Promise<void> {
    this.move(change);
    this.#takeOver(await this.plans.record(this.#cycle, this.#etag, rows, chunks));
  }

  /** Stores how far rows have come, and the chunks they are given to, together with the place. @throws PlaceLost */
  async advance(change: Partial<Cycle>, rows: readonly PlanRow[], chunks: readonly Chunk[]): Promise<void> {
    this.move(change);
    this.#takeOver(await this.plans.advance(this.#cycle, this.#etag, rows, chunks));
  }

  /** @param etag undefined when somebody else was faster */
  #takeOver(etag: string | undefined, stored = this.#cycle): void {
    if (etag === undefined) throw new PlaceLost();
    this.#etag = etag;
    this.#stored = stored;
  }

  /** Takes back all rows that were recorded. @throws PlaceLost */
  async forgetRows(): Promise<void> {
    this.#takeOver(await this.plans.forgetRows(this.#cycle, this.#etag));
  }

  /** Adds to the cycle's own counts; stored with the next save. */
  count(tally: Tally): void {
    this.move({ tally: addTallies(this.#cycle.tally, tally) });
  }

  /** Adds a sentence for the admin, once; stored with the next save. */
  warn(text: string): void {
    if (!this.#cycle.warnings.includes(text)) this.move({ warnings: [...this.#cycle.warnings, text] });
  }
}
