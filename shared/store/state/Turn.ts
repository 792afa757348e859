/**
 * One cycle at a time. The turn holds all a cycle needs to be born, so whoever finds it finishes the birth, and nobody
 * has to guess by age whether a starter died (docs/protocol.md R25).
 */
import { cycleSchema, type Cycle } from '../../model/Cycle';
import { digest } from '../../model/hash';
import type { StoredRow, Table } from '../Table';
import { longText } from '../longText';
import { recallJson } from '../readJson';
import { JOB } from './JobRows';

const TURN = 'turn';

/** Whose turn it is. */
export interface StoredTurn {
  readonly cycleId: string;
  /** The cycle as it is to be born; null when another release wrote something this one cannot read. */
  readonly cycle: Cycle | null;
  /** Digest of the Idempotency-Key it was asked for with; empty without one. */
  readonly keyDigest: string;
  readonly etag: string;
}

export class Turn {
  constructor(private readonly table: Table) {}

  /** @returns undefined when it is nobody's turn */
  static of(rows: ReadonlyMap<string, StoredRow>): StoredTurn | undefined {
    const row = rows.get(TURN);
    if (row === undefined) return undefined;
    const cycle = recallJson(row, 'cycle', cycleSchema) ?? null;
    const keyDigest = typeof row['keyDigest'] === 'string' ? row['keyDigest'] : '';
    return { cycleId: String(row['cycleId']), cycle, keyDigest, etag: row.etag };
  }

  /** The same, read by itself. */
  async current(): Promise<StoredTurn | undefined> {
    const row = await this.table.get(JOB, TURN);
    return row === undefined ? undefined : Turn.of(new Map([[TURN, row]]));
  }

  /**
   * @param idempotencyKey whoever asks with it again gets this cycle, also before it is remembered
   * @returns false when another cycle has the turn
   */
  async take(cycle: Cycle, idempotencyKey?: string): Promise<boolean> {
    const row = {
      partitionKey: JOB,
      rowKey: TURN,
      cycleId: cycle.id,
      keyDigest: idempotencyKey === undefined ? '' : digest(idempotencyKey),
      ...longText('cycle', JSON.stringify(cycle)),
    };
    return (await this.table.create(row)) !== undefined;
  }

  /** Ends the turn of this cycle, not of the one that came after it. */
  async free(cycleId: string): Promise<void> {
    const turn = await this.current();
    if (turn?.cycleId === cycleId) await this.table.delete(JOB, TURN, turn.etag);
  }
}
