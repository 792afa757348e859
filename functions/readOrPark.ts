import type { InvocationContext } from '@azure/functions';
import { isoTime } from '../shared/model/Clock';
import { UnreadableMessage } from '../shared/queue/messages';
import type { Engine } from '../shared/sync/Engine';

/**
 * A message nobody can read would fail ten times and hold up its lane: it is logged by its id, kept in the table
 * Unreadable, and completed. Anything else thrown is a bug and goes on to the host.
 */
export async function readOrPark<T>(
  engine: Engine,
  context: InvocationContext,
  queue: string,
  read: () => T,
): Promise<T | undefined> {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UnreadableMessage)) throw error;
    const messageId = messageIdOf(context);
    engine.telemetry.error('message.unreadable', { queue, messageId, reason: error.message });
    await engine.store.unreadable.keep(queue, messageId, error.message, isoTime(engine.clock.now()));
    return undefined;
  }
}

/** Trigger metadata is untyped. */
function messageIdOf(context: InvocationContext): string {
  const id = context.triggerMetadata?.['messageId'];
  return typeof id === 'string' ? id : `unknown-${context.invocationId}`;
}

/** How often the message was delivered, 1 at first (azure-functions.md 2.1); 1 when the host does not say. */
export function deliveryCountOf(context: InvocationContext): number {
  const count = Number(context.triggerMetadata?.['deliveryCount']);
  return Number.isInteger(count) && count > 0 ? count : 1;
}
