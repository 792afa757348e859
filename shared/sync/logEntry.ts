import type { LogEntry } from '../store/LogTable';

/** A log entry with what is not known yet left empty. */
export const logEntry = (
  known: Pick<LogEntry, 'cycleId' | 'sourceId' | 'displayName' | 'status' | 'action' | 'reason' | 'at' | 'targetId'> &
    Partial<LogEntry>,
): LogEntry => ({ errorCode: null, errorMessage: null, durationMs: 0, modified: [], ...known });
