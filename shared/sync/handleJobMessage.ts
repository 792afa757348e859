import type { FirstJobMessage, JobMessage, Outgoing } from '../queue/messages';
import type { Engine } from './Engine';
import { advanceCycle } from './advanceCycle';

/** A cycle of the first release is not continued: its messages end, and the next cycle, a first one, reads everything (I19). */
export async function handleJobMessage(
  engine: Engine,
  message: JobMessage | FirstJobMessage,
  deliveryCount: number,
): Promise<readonly Outgoing[]> {
  return message.kind === 'job' ? advanceCycle(engine, message, deliveryCount) : [];
}
