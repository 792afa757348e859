import type { Chunk } from '../../model/Chunk';
import type { Outgoing } from '../../queue/messages';
import type { WithStore } from '../Engine';

/** A chunk's last stored message, to be sent, or sent again. */
export const chunkMessage = (cycleId: string, chunk: Chunk): Outgoing => ({
  message: { kind: 'chunk', cycleId, stage: chunk.stage, lane: chunk.lane, chunk: chunk.chunk, n: chunk.sends },
  dueAt: chunk.dueAt,
});

/** The messages of a stage's chunks that have not ended; the broker drops those that were sent already. */
export async function stageMessages({ store }: WithStore, cycleId: string, stage: number): Promise<Outgoing[]> {
  const chunks = await store.plans.chunks(cycleId, stage);
  return chunks.filter((chunk) => chunk.done < chunk.rows).map((chunk) => chunkMessage(cycleId, chunk));
}
