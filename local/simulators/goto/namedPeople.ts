import type { SimRequest } from '../http/SimulatedServer';
import { bodyOf, isRecord } from './GotoWrite';

/** Whom a request names, as it stands in the request: account keys and addresses in lower case. */
export function namedPeople({ method, url, rawQuery, body }: SimRequest): string[] {
  const key = /\/users\/(\d+)$/.exec(url.pathname)?.[1];
  const filter = /(?:^|&)filter=([^&]*)/.exec(rawQuery)?.[1];
  const asked = filter === undefined ? undefined : /"([^"]*)"/.exec(textOf(filter))?.[1];
  const sent = method === 'GET' || method === 'DELETE' ? {} : bodyOf(body);
  const users: readonly unknown[] = Array.isArray(sent['users']) ? sent['users'] : [];
  const addresses = [asked, sent['email'], ...users.map((user) => (isRecord(user) ? user['email'] : undefined))];
  return [
    ...(key === undefined ? [] : [key]),
    ...addresses.flatMap((one) => (typeof one === 'string' ? [one.toLowerCase()] : [])),
  ];
}

function textOf(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}
