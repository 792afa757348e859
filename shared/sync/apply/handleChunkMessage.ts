import type { ChunkMessage, FirstUserMessage, Outgoing } from '../../queue/messages';
import type { Engine } from '../Engine';
import { applyChunk } from './applyChunk';

/** A change that the first release queued marks its person: the next cycle looks at them (I19, docs/protocol.md 6). */
export async function handleChunkMessage(
  engine: Engine,
  message: ChunkMessage | FirstUserMessage,
  deliveryCount: number,
): Promise<readonly Outgoing[]> {
  if (message.kind === 'chunk') return applyChunk(engine, message, deliveryCount);
  await engine.store.dirty.mark([message.sourceId], engine.clock.now(), 'first release');
  return [];
}
