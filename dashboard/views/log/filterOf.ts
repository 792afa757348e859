/** What the reader chose, as Graph's `$filter`. */
export const FIELDS = ['person', 'action', 'status', 'cycle', 'days'] as const;
export type LogFilter = Readonly<Partial<Record<(typeof FIELDS)[number], string>>>;

const OBJECT_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** OData doubles a quote within a text. */
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

export function filterOf(
  { person = '', action = '', status = '', cycle = '', days = '' }: LogFilter,
  nowMs = Date.now(),
): string {
  const name = person.trim();
  const since = Number(days) > 0 ? Math.floor((nowMs - Number(days) * DAY_MS) / HOUR_MS) * HOUR_MS : null;
  return [
    ...(cycle === '' ? [] : [`cycleId eq ${quoted(cycle)}`]),
    ...(name === ''
      ? []
      : OBJECT_ID.test(name)
        ? [`sourceIdentity/id eq ${quoted(name.toLowerCase())}`]
        : [`contains(sourceIdentity/displayName, ${quoted(name)})`]),
    ...(action === '' ? [] : [`provisioningAction eq ${quoted(action)}`]),
    ...(status === '' ? [] : [`provisioningStatusInfo/status eq ${quoted(status)}`]),
    ...(since === null ? [] : [`activityDateTime ge ${new Date(since).toISOString()}`]),
  ].join(' and ');
}
