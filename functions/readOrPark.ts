import type { InvocationContext } from '@azure/functions';
import { isoTime } from '../shared/model/Clock';
import { UnreadableMessage } from '../shared/queue/messages';
import type { Engine } from '../shared/sync/Engine';

/**
 * A message nobody can read would fail ten times and hold up its lane: it is logged by its id, kept in the State
 * table, and completed. Anything else thrown is a bug and goes on to the host.
 */
export async function readOrPark<T>(
  engine: Engine,
  context: InvocationContext,
  queue: string,
  messageId: string,
  read: () => T,
): Promise<T | undefined> {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UnreadableMessage)) throw error;
    engine.telemetry.error('message.unreadable', {
      queue,
      messageId,
      invocationId: context.invocationId,
      reason: error.message,
    });
    await engine.state.park(queue, messageId, error.message, isoTime(engine.clock.now()));
    return undefined;
  }
}

/** Trigger metadata is untyped; ids of a batch come as an array (local-stack.md 3). */
export function messageIdOf(context: InvocationContext, index?: number): string {
  const metadata = context.triggerMetadata ?? {};
  const ids: unknown = metadata['messageIdArray'];
  const one = index === undefined ? metadata['messageId'] : Array.isArray(ids) ? (ids[index] as unknown) : undefined;
  return typeof one === 'string' ? one : `unknown-${context.invocationId}-${index ?? 0}`;
}
