/** What was done, and how it ended, in Graph's words (entra-provisioning.md 1.13). */
import type { LogEntry } from '../model/LogEntry';

const ACTIONS = {
  create: 'create',
  delete: 'delete',
  disable: 'disable',
  update: 'update',
  reenable: 'update',
  link: 'other',
  none: 'other',
} as const;

export const STATUSES = {
  success: 'success',
  failure: 'failure',
  skipped: 'skipped',
  warning: 'warning',
  parked: 'failure',
} as const;

/** A removal that waits for an admin is Graph's staged delete, whether it would disable or delete. */
export const actionOf = (entry: LogEntry) =>
  entry.errorCode === 'AwaitingApproval' ? ('stagedDelete' as const) : ACTIONS[entry.action];
export const statusOf = (entry: LogEntry) => STATUSES[entry.status];
