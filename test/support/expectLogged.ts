import type { GotoWrite } from '../../local/simulators/goto/GotoWrite';
import type { LogEntry } from '../../shared/model/LogEntry';
import type { TestConnector } from './TestConnector';

/** I12: each write that GoTo committed has exactly one log entry with what was sent, and no entry claims another. */
export async function expectLogged(connector: TestConnector): Promise<void> {
  const entries: LogEntry[] = [];
  for (const sourceId of connector.world.directory.users.keys())
    for await (const entry of connector.engine.store.people.log(sourceId))
      if (entry.intentId !== null && (entry.status === 'success' || entry.status === 'warning')) entries.push(entry);
  const claimed = entries.map((entry) => ({ key: entry.targetId, ...claimOf(entry) }));
  const committed = connector.world.goto.writes.map((write) => ({ key: write.userKey, ...sentBy(write) }));
  expect(claimed.map(text).sort()).toEqual(committed.map(text).sort());
}

const text = (value: unknown): string => JSON.stringify(value);

const NAMES = ['email', 'firstName', 'lastName', 'locale', 'timeZone'] as const;

function claimOf({ action, before, after }: LogEntry): { readonly kind: string; readonly values: unknown } {
  const isCreation = action === 'create';
  const isChanged = (name: string): boolean => isCreation || Object.hasOwn(before ?? {}, name);
  return {
    kind: isCreation ? 'POST' : action === 'delete' ? 'DELETE' : 'PUT',
    values: valuesOf((name) => (isChanged(name) ? after?.[name] : undefined)),
  };
}

function sentBy({ method, body, fields, licenseKeys }: GotoWrite): { readonly kind: string; readonly values: unknown } {
  const hasLicenses = method === 'POST' || Object.hasOwn(body, 'licenseKeys');
  return {
    kind: method,
    values: valuesOf((name) => (name === 'licenseKeys' ? (hasLicenses ? licenseKeys : undefined) : fields[name])),
  };
}

/** In one order, without what was not written. */
function valuesOf(valueOf: (name: string) => unknown): Readonly<Record<string, unknown>> {
  const licenses = valueOf('licenseKeys');
  const values = [
    ...NAMES.map((name) => [name, valueOf(name)] as const),
    ['licenseKeys', Array.isArray(licenses) ? [...(licenses as string[])].sort() : undefined] as const,
  ];
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}
