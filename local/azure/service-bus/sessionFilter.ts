/** How a client says at its attach which session it wants, and hears which it was given. */
import type { RemoteAttach } from './rheaInternals';

const NAME = 'com.microsoft:session-filter';

/** @returns undefined for a client that wants none; its `sessionId` is undefined when any session will do */
export function wantedSession({ source }: RemoteAttach): { readonly sessionId: string | undefined } | undefined {
  const filter = source?.filter;
  if (filter === undefined || !(NAME in filter)) return undefined;
  const raw = filter[NAME];
  const value = typeof raw === 'object' && raw !== null && 'value' in raw ? raw.value : raw;
  return { sessionId: typeof value === 'string' ? value : undefined };
}

export const sessionFilter = (sessionId: string): Readonly<Record<string, string>> => ({ [NAME]: sessionId });
