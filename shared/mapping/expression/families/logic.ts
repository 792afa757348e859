import type { Arguments } from '../Arguments';
import { parseNumber } from '../parseNumber';
import { isList, isNullOrEmpty } from '../Value';
import { required, type ExpressionFunction } from './ExpressionFunction';

const family = 'Presence and logic';

export const LOGIC_FUNCTIONS: readonly ExpressionFunction[] = [
  {
    name: 'IsNull',
    family,
    parameters: [required('expression', 'any')],
    result: 'boolean',
    source: 'FUN',
    doc: 'True when the value is missing; an empty text is not.',
    evaluate: (args) => args.value(0) === null,
  },
  {
    name: 'IsNullOrEmpty',
    family,
    parameters: [required('expression', 'any')],
    result: 'boolean',
    source: 'FUN',
    doc: 'True when the value is missing or an empty text.',
    evaluate: (args) => isNullOrEmpty(args.value(0)),
  },
  {
    name: 'IsPresent',
    family,
    parameters: [required('expression', 'any')],
    result: 'boolean',
    source: 'FUN',
    doc: 'The opposite of IsNullOrEmpty.',
    evaluate: (args) => !isNullOrEmpty(args.value(0)),
  },
  {
    name: 'IsString',
    family,
    parameters: [required('expression', 'any')],
    result: 'boolean',
    source: 'FUN',
    doc: 'True when the value can be read as a text, which CStr does.',
    evaluate: (args) => {
      const value = args.value(0);
      return value !== null && !isList(value);
    },
  },
  {
    name: 'Not',
    family,
    parameters: [required('source', 'boolean')],
    result: 'boolean',
    source: 'FUN',
    doc: '"True" becomes False, anything else True.',
    evaluate: (args) => args.text(0)?.trim().toLowerCase() !== 'true',
  },
  {
    name: 'CBool',
    family,
    parameters: [required('expression', 'any')],
    result: 'boolean',
    source: 'FUN',
    doc: 'True for True, a comparison that holds and any number but 0.',
    evaluate: (args) => truthOf(args, 0),
  },
  {
    name: 'BitAnd',
    family,
    parameters: [required('value1', 'number'), required('value2', 'number')],
    result: 'number',
    source: 'FUN',
    doc: 'The bits that both numbers have set, as 64-bit whole numbers.',
    evaluate: (args) => {
      const [a, b] = [args.integer(0), args.integer(1)];
      return a === null || b === null ? null : a & b;
    },
  },
];

/** A missing value is false: "the check fails" (FUN, IIF). */
export function truthOf(args: Arguments, place: number): boolean {
  const value = args.single(place);
  if (value === null || value === '') return false;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return value !== 0n;
  if (typeof value === 'number') return value !== 0;
  if (typeof value === 'string') {
    const text = value.trim().toLowerCase();
    if (text === 'true' || text === 'false') return text === 'true';
    const number = parseNumber(text);
    if (number !== null) return number !== 0n;
  }
  throw args.wrongKind(place, value, 'a comparison, True or False');
}
