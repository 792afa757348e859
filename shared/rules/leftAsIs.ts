import type { Account } from '../model/Account';
import type { AccountChanges } from '../model/AccountChanges';

/**
 * What is left as somebody made it in GoTo, in a sentence a field: what is there, and what Entra wants.
 * @param redacted fields whose values are not shown
 */
export function leftAsIs(left: AccountChanges, present: Partial<Account>, redacted: readonly string[] = []): string {
  const there: Readonly<Record<string, unknown>> = { ...present };
  return Object.entries(left)
    .map(([name, wanted]) =>
      redacted.includes(name)
        ? `GoTo has another ${name} than Entra wants.`
        : `GoTo has ${name} ${shown(there[name])} where Entra wants ${shown(wanted)}.`,
    )
    .join(' ');
}

const shown = (value: unknown): string => {
  if (Array.isArray(value)) return value.length === 0 ? 'without any' : `"${value.join(' ')}"`;
  return typeof value === 'string' && value !== '' ? `"${value}"` : 'without a value';
};
