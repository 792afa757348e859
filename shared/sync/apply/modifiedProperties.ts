import type { ModifiedProperty } from '../../model/LogEntry';

const textOf = (value: unknown): string | null => {
  if (Array.isArray(value)) return value.join(' ');
  return typeof value === 'string' ? value : null;
};

/** What the log shows in place of a value that goes through Redact (FUN). */
export const REDACTED = '[Redact]';

/**
 * Old and new value of each changed field, for the log (I12).
 * @param redacted fields whose values are not shown
 */
export function modifiedProperties(
  before: Readonly<Record<string, unknown>>,
  changes: object,
  redacted: readonly string[] = [],
): ModifiedProperty[] {
  return Object.entries(changes)
    .filter(([, value]) => value !== undefined)
    .map(([displayName, value]) =>
      redacted.includes(displayName)
        ? { displayName, oldValue: REDACTED, newValue: REDACTED }
        : { displayName, oldValue: textOf(before[displayName]), newValue: textOf(value) },
    );
}
