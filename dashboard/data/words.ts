/** Moments, durations and amounts as people read them, in the reader's language and zone. */
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const short = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const amount = new Intl.NumberFormat('en');

const minute = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

export const inFull = (iso: string): string => moment.format(new Date(iso));
export const inShort = (iso: string): string => short.format(new Date(iso));
/** As one says it: "04:00 on 1 Jan 2027". */
export const minuteOfDay = (iso: string): string => `${minute.format(new Date(iso))} on ${day.format(new Date(iso))}`;
export const number = (value: number): string => amount.format(value);

/** 950 ms, 12 s, 3 min 20 s, 2 h 5 min. */
export function duration(ms: number): string {
  // The reader's clock may be behind the connector's.
  if (ms < 0) return duration(0);
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.round(hours / 24)} days`;
}

/** "3 minutes ago", "in 2 hours". */
export function ago(iso: string, nowMs = Date.now()): string {
  const seconds = Math.round((Date.parse(iso) - nowMs) / 1_000);
  const size = Math.abs(seconds);
  if (size < 60) return relative.format(seconds, 'second');
  if (size < 3_600) return relative.format(Math.round(seconds / 60), 'minute');
  if (size < 172_800) return relative.format(Math.round(seconds / 3_600), 'hour');
  return relative.format(Math.round(seconds / 86_400), 'day');
}

/** "succeededWithErrors" → "Succeeded with errors". */
export function words(code: string): string {
  const spaced = code.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** "1 person", "2 people". */
export const many = (count: number, one: string, more: string): string =>
  `${number(count)} ${count === 1 ? one : more}`;
