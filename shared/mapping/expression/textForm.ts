import { formatDate } from '../dotnet/formatDate';
import type { Value } from './Value';

/** How Entra writes a date as text (FUN: CDate, Now, DateAdd). */
const ENTRA_DATE_FORMAT = 'M/d/yyyy h:mm:ss tt';

/** The text of one value: "True"/"False", decimal digits, a date in UTC; a list has none of its own. */
export function textForm(value: Exclude<Value, null | readonly Value[]>): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return decimalText(value);
  if (value.kind === 'date') return formatDate(value, ENTRA_DATE_FORMAT);
  return JSON.stringify({ id: value.id, value: value.value, displayName: value.displayName });
}

/** Without an exponent: 1e21 is not decimal text. */
function decimalText(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toLocaleString('en-US', { useGrouping: false, maximumFractionDigits: 20 }) : text;
}
