/**
 * NCRONTAB as the timers of Azure Functions read it (NCrontab.Signed, asked in test/oracle/schedules): six fields, of which
 * each is `*`, numbers, names, ranges and lists of them, with steps. Croner's and Quartz's `?`, `L`, `W`, `#` and a Sunday
 * of 7 are refused there: the timer would never start.
 */

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

interface Field {
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}
const FIELDS: readonly Field[] = [
  { min: 0, max: 59, names: [] },
  { min: 0, max: 59, names: [] },
  { min: 0, max: 23, names: [] },
  { min: 1, max: 31, names: [] },
  { min: 1, max: 12, names: MONTHS },
  { min: 0, max: 6, names: DAYS },
];

/**
 * @returns the values of each field in order: seconds, minutes, hours, days of the month, months, days of the week (0 is
 * Sunday). A moment is meant when all six hold it, also both kinds of days. Undefined when the host would refuse it.
 */
export function parseNcrontab(expression: string): readonly (readonly number[])[] | undefined {
  const parts = expression.split(' ').filter((part) => part !== '');
  if (parts.length !== FIELDS.length) return undefined;
  const fields = FIELDS.flatMap((field, index) => {
    const values = valuesOf(parts[index] ?? '', field);
    return values === undefined ? [] : [values];
  });
  return fields.length === FIELDS.length ? fields : undefined;
}

function valuesOf(text: string, field: Field): number[] | undefined {
  const values = new Set<number>();
  for (const item of text.split(',')) {
    const own = valuesOfItem(item, field);
    if (own === undefined) return undefined;
    for (const value of own) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

/** `*`, `a`, `a-b`, each with `/step`. A range that runs backwards is turned round, a step of 0 counts as 1. */
function valuesOfItem(item: string, field: Field): number[] | undefined {
  const [, range = '', stepText] = /^([^/]*)(?:\/([^/]*))?$/.exec(item) ?? [];
  const step = stepText === undefined ? undefined : valueOf(stepText, field);
  const bounds = boundsOf(range, field, step !== undefined);
  if (bounds === undefined || (stepText !== undefined && step === undefined)) return undefined;
  const [first, last] = bounds;
  const every = Math.max(1, step ?? 1);
  return Array.from({ length: Math.floor((last - first) / every) + 1 }, (_, index) => first + index * every);
}

function boundsOf(range: string, field: Field, hasStep: boolean): readonly [number, number] | undefined {
  if (range === '*') return [field.min, field.max];
  const [, fromText = '', toText] = /^([^-]*)(?:-([^-]*))?$/.exec(range) ?? [];
  const from = valueOf(fromText, field);
  const to = toText === undefined ? (hasStep ? field.max : from) : valueOf(toText, field);
  if (from === undefined || to === undefined) return undefined;
  const [first, last] = [Math.min(from, to), Math.max(from, to)];
  return first < field.min || last > field.max ? undefined : [first, last];
}

/** A number, or the beginning of a name: the first name that begins so. */
function valueOf(text: string, { min, names }: Field): number | undefined {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  if (!/^[a-z]+$/i.test(text)) return undefined;
  const index = names.findIndex((name) => name.toLowerCase().startsWith(text.toLowerCase()));
  return index < 0 ? undefined : index + min;
}
