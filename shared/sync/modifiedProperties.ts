import type { ModifiedProperty } from '../store/IdentitiesTable';

const textOf = (value: unknown): string | null => {
  if (value === undefined || value === null) return null;
  return Array.isArray(value) ? value.join(' ') : String(value);
};

/** Old and new value of each changed field, for the log: the basis of an undo (I12). */
export function modifiedProperties(before: Readonly<Record<string, unknown>>, changes: object): ModifiedProperty[] {
  return Object.entries(changes)
    .filter(([, value]) => value !== undefined)
    .map(([displayName, value]) => ({ displayName, oldValue: textOf(before[displayName]), newValue: textOf(value) }));
}
