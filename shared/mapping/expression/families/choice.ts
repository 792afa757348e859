import { FlowSkipped } from '../FlowSkipped';
import { textForm } from '../textForm';
import { isList, isNullOrEmpty, type Value } from '../Value';
import { optional, required, type ExpressionFunction } from './ExpressionFunction';
import { truthOf } from './logic';

const family = 'Choice';

export const CHOICE_FUNCTIONS: readonly ExpressionFunction[] = [
  {
    name: 'Switch',
    family,
    parameters: [
      required('source', 'any'),
      optional('defaultValue', 'any'),
      optional('key', 'any'),
      optional('value', 'any'),
    ],
    repeating: 2,
    result: 'any',
    source: 'FUN',
    doc: 'The value behind the first key that equals the source, with letter case; the key "" fits a missing source. No key fits: the default, or nothing.',
    check: (args) =>
      args.length < 4
        ? 'needs a source, a default (its place may be empty) and at least one key with its value.'
        : args.length % 2 === 1
          ? `has ${args.length} places, but keys and values come in pairs, so the number must be even. Is the empty place of the default missing?`
          : undefined,
    evaluate: (args) => {
      const source = args.value(0);
      for (let place = 2; place + 1 < args.count; place += 2) {
        if (equalsKey(source, args.isFilled(place) ? args.value(place) : '')) return args.value(place + 1);
      }
      return args.value(1);
    },
  },
  {
    name: 'IIF',
    family,
    parameters: [required('condition', 'boolean'), required('valueIfTrue', 'any'), required('valueIfFalse', 'any')],
    result: 'any',
    source: 'FUN',
    doc: 'One of two values by a condition with =, <>, >, >=, < or <=. The other one is not evaluated.',
    evaluate: (args) => args.value(truthOf(args, 0) ? 1 : 2),
  },
  {
    name: 'Coalesce',
    family,
    parameters: [required('source', 'any')],
    repeating: 1,
    result: 'any',
    source: 'FUN',
    doc: 'The first value that is there; "" counts as missing. The last argument is the default.',
    evaluate: (args) => {
      let last: Value = null;
      for (let place = 0; place < args.count; place += 1) {
        if (!args.isFilled(place)) continue;
        last = args.value(place);
        if (!isNullOrEmpty(last)) return last;
      }
      return last;
    },
  },
  {
    name: 'IgnoreFlowIfNullOrEmpty',
    family,
    parameters: [required('expression', 'any')],
    result: 'any',
    source: 'FUN',
    doc: 'The value; when it is missing or empty the attribute is not written at all, not even by its default.',
    evaluate: (args) => {
      const value = args.value(0);
      if (isNullOrEmpty(value)) throw FlowSkipped.ATTRIBUTE;
      return value;
    },
  },
  {
    name: 'Error',
    family,
    parameters: [required('message', 'text')],
    result: 'any',
    source: 'CS',
    doc: 'Fails the person with this message.',
    evaluate: (args) => {
      throw args.error('RaisedByExpression', args.text(0) ?? '');
    },
  },
  {
    name: 'SelectUniqueValue',
    family,
    parameters: [required('rule1', 'text'), required('rule2', 'text')],
    repeating: 1,
    result: 'text',
    source: 'FUN',
    doc: 'The first value that the target does not hold yet; later rules are evaluated only when needed. Only as the outermost function.',
    evaluate: (args) => {
      for (let place = 0; place < args.count; place += 1) {
        const value = args.text(place);
        if (value !== null && value !== '' && !args.scope.isTaken(value)) return value;
      }
      throw args.error('NoUniqueValue', 'every value is already taken in the target.');
    },
  },
];

/** By their texts, with letter case: the number 1 is the key "1" and not "01". */
function equalsKey(source: Value, key: Value): boolean {
  if (isNullOrEmpty(source) || isNullOrEmpty(key)) return isNullOrEmpty(source) && isNullOrEmpty(key);
  const [a, b] = [onlyText(source), onlyText(key)];
  return a !== null && a === b;
}

/** A list counts when it has one value. */
function onlyText(value: Value): string | null {
  if (!isList(value)) return value === null ? null : textForm(value);
  const [first = null] = value;
  return value.length === 1 && !isList(first) ? onlyText(first) : null;
}
