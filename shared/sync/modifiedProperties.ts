import type { ModifiedProperty } from '../store/IdentitiesTable';

const textOf = (value: unknown): string | null => {
  if (Array.isArray(value)) return value.join(' ');
  return typeof value === 'string' ? value : null;
};

/** Old and new value of each changed field, for the log: the basis of an undo (I12). */
export function modifiedProperties(before: Readonly<Record<string, unknown>>, changes: object): ModifiedProperty[] {
  return Object.entries(changes)
    .filter(([, value]) => value !== undefined)
    .map(([displayName, value]) => ({ displayName, oldValue: textOf(before[displayName]), newValue: textOf(value) }));
}
