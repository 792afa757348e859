import type { JobMessage } from '../../queue/messages';
import type { Engine } from '../Engine';
import { testConnection } from './testConnection';

/**
 * With the first message of a first cycle, whoever started it: the connection is tested, and a line a check stands in the
 * log, which is where an admin looks on the first day. Beside the cycle, which does not wait for it. Never throws.
 */
export async function logFirstConnection(engine: Engine, { cycleId, n }: JobMessage): Promise<void> {
  if (n > 0) return;
  // Tables that do not answer are what the cycle itself will tell.
  const listed = await engine.store.cycles.get(cycleId).catch(() => undefined);
  if (listed?.cycle.mode !== 'initial') return;
  for (const { check, status, message } of await testConnection(engine))
    engine.telemetry[status === 'ok' ? 'info' : status === 'warning' ? 'warn' : 'error']('connection.checked', {
      check,
      status,
      message,
    });
}
