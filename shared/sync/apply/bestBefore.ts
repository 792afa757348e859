import type { Task } from './Task';

/**
 * A write lives from its earliest look on: at the account, and on demand at the person too (docs/protocol.md R16).
 * @param lookedAt when the account was looked at (ms). @returns in ms
 */
export const bestBefore = ({ context, entry }: Task, lookedAt: number): number =>
  context.isOnDemand ? Math.min(lookedAt, entry.factsAt) : lookedAt;
