import { quoted } from '../../data/quoted';

/** What the reader chose, as Graph's `$filter`. */
export const FIELDS = ['person', 'action', 'status', 'cycle', 'days'] as const;
export type LogFilter = Readonly<Partial<Record<(typeof FIELDS)[number], string>>>;

const OBJECT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** What people are called. */
const NAMES = ['sourceIdentity/displayName', 'sourceIdentity/mail', 'sourceIdentity/userPrincipalName'];

export function filterOf(
  { person = '', action = '', status = '', cycle = '', days = '' }: LogFilter,
  nowMs = Date.now(),
): string {
  const name = person.trim();
  // Whole hours: the question, and with it the page's address, stays the same for a while.
  const since = Number(days) > 0 ? Math.floor((nowMs - Number(days) * DAY_MS) / HOUR_MS) * HOUR_MS : null;
  return [
    ...(cycle === '' ? [] : [`cycleId eq ${quoted(cycle)}`]),
    ...(name === ''
      ? []
      : OBJECT_ID.test(name)
        ? [`sourceIdentity/id eq ${quoted(name.toLowerCase())}`]
        : [`(${NAMES.map((field) => `contains(${field}, ${quoted(name)})`).join(' or ')})`]),
    ...(action === '' ? [] : [`connectorAction eq ${quoted(action)}`]),
    ...(status === '' ? [] : [`provisioningStatusInfo/status eq ${quoted(status)}`]),
    ...(since === null ? [] : [`activityDateTime ge ${new Date(since).toISOString()}`]),
  ].join(' and ');
}
