import { caseRulesOf, INVARIANT, toLower, toUpper, type CaseRules } from '../../dotnet/letterCase';
import { toTitleCase } from '../../dotnet/titleCase';
import type { Arguments } from '../Arguments';
import { textForm } from '../textForm';
import { isList, MAX_TEXT_LENGTH, type Value } from '../Value';
import { normalizeDiacritics } from '../normalizeDiacritics';
import { optional, required, type ExpressionFunction } from './ExpressionFunction';

const family = 'Text';
/** A letter at a time, each asked for its category. */
const TITLE_STEPS = 4;
/** Intl takes its time to find a culture. */
const CULTURE_STEPS = 2_000;

/** For functions of one text that leave a missing value missing. */
const mapText =
  (map: (text: string, args: Arguments) => Value) =>
  (args: Arguments): Value => {
    const text = args.text(0);
    return text === null ? null : map(text, args);
  };

export const TEXT_FUNCTIONS: readonly ExpressionFunction[] = [
  {
    name: 'Append',
    family,
    parameters: [required('source', 'text'), required('suffix', 'text')],
    result: 'text',
    source: 'FUN',
    doc: 'Puts the suffix behind the source. A missing source stays missing.',
    evaluate: mapText((text, args) => text + (args.text(1) ?? '')),
  },
  {
    name: 'Join',
    family,
    parameters: [required('separator', 'text'), required('source', 'any')],
    repeating: 1,
    result: 'text',
    source: 'FUN',
    doc: 'Puts the separator between all values; missing and empty values are left out together with their separator.',
    evaluate: (args) => {
      const separator = args.text(0) ?? '';
      const texts: string[] = [];
      let length = 0;
      const add = (value: Value): void => {
        if (isList(value)) value.forEach(add);
        else if (value !== null && value !== '') {
          texts.push(textForm(value));
          length += separator.length + (texts.at(-1)?.length ?? 0);
          if (length > MAX_TEXT_LENGTH + separator.length) throw args.textTooLong();
        }
      };
      for (let place = 1; place < args.count; place += 1) add(args.value(place));
      return texts.join(separator);
    },
  },
  {
    name: 'Left',
    family,
    parameters: [required('String', 'text'), required('NumChars', 'number')],
    result: 'text',
    source: 'FUN',
    doc: 'The first characters. 0 gives "", a negative number the whole text; a missing text gives "".',
    evaluate: (args) => {
      const text = args.text(0) ?? '';
      const count = args.count32(1) ?? 0;
      return count < 0 ? text : text.slice(0, count);
    },
  },
  {
    name: 'Mid',
    family,
    parameters: [required('source', 'text'), required('start', 'number'), optional('length', 'number')],
    result: 'text',
    source: 'FUN',
    doc: 'Part of a text; the first character is 1. A length beyond the end is cut, a start beyond the end gives "".',
    evaluate: mapText((text, args) => {
      const start = args.count32(1) ?? 1;
      const length = args.isFilled(2) ? (args.count32(2) ?? 0) : text.length;
      if (start < 1) throw args.error('OutOfRange', 'the first character is 1.', 1);
      if (length < 0) throw args.error('OutOfRange', 'a length is not negative.', 2);
      return text.slice(start - 1, start - 1 + length);
    }),
  },
  {
    name: 'InStr',
    family,
    parameters: [
      required('value1', 'text'),
      required('value2', 'text'),
      optional('start', 'number'),
      optional('compareType', 'keyword'),
    ],
    result: 'number',
    source: 'FUN',
    doc: 'Position of value2 in value1, the first is 1, absent is 0. vbBinaryCompare (default) minds letter case, vbTextCompare does not.',
    evaluate: (args) => {
      const start = args.isFilled(2) ? (args.count32(2) ?? 1) : 1;
      if (start < 1) throw args.error('OutOfRange', 'the first character is 1.', 2);
      const compare = args.keyword(3, ['vbBinaryCompare', 'vbTextCompare']);
      const fold = compare === 'vbTextCompare' ? (text: string) => toLower(toUpper(text)) : (text: string) => text;
      const [text, sought] = [fold(args.text(0) ?? ''), fold(args.text(1) ?? '')];
      if (text === '' || start > text.length) return 0n;
      args.scope.budget.spendSearch(text.length, sought.length);
      return BigInt(text.indexOf(sought, start - 1) + 1);
    },
  },
  {
    name: 'Word',
    family,
    parameters: [required('String', 'text'), required('WordNumber', 'number'), required('Delimiters', 'text')],
    result: 'text',
    source: 'FUN',
    doc: 'One word; every character of Delimiters ends a word. "" when there are fewer words.',
    evaluate: (args) => {
      const text = args.text(0) ?? '';
      const number = args.count32(1) ?? 0;
      const delimiters = new Set(args.text(2) ?? '');
      const words: string[] = [''];
      for (const char of text) {
        if (delimiters.has(char)) words.push('');
        else words.push((words.pop() ?? '') + char);
      }
      return words.filter((word) => word !== '')[number - 1] ?? '';
    },
  },
  {
    name: 'Split',
    family,
    parameters: [required('source', 'text'), required('delimiter', 'text')],
    result: 'list',
    source: 'FUN',
    doc: 'The parts between the delimiters, as they stand: blanks stay.',
    evaluate: mapText((text, args) => {
      const delimiter = args.text(1) ?? '';
      args.scope.budget.spendSearch(text.length, delimiter.length);
      return delimiter === '' ? [text] : text.split(delimiter);
    }),
  },
  {
    name: 'StripSpaces',
    family,
    parameters: [required('source', 'text')],
    result: 'text',
    source: 'FUN',
    doc: 'Removes every blank, inner ones too; tabs and line breaks stay.',
    evaluate: mapText((text) => text.replaceAll(' ', '')),
  },
  {
    name: 'Trim',
    family,
    parameters: [required('value', 'any')],
    result: 'any',
    source: 'CS',
    doc: 'Removes white space at both ends, of each value of a list.',
    evaluate: (args) => {
      const trim = (value: Value): Value =>
        value === null ? null : isList(value) ? value.map(trim) : textForm(value).trim();
      return trim(args.value(0));
    },
  },
  {
    name: 'ToLower',
    family,
    parameters: [required('source', 'text'), optional('culture', 'text')],
    result: 'text',
    source: 'FUN',
    doc: 'Lower case by the rules of a culture such as tr-TR; without one, of the invariant culture.',
    evaluate: mapText((text, args) => toLower(text, cultureOf(args))),
  },
  {
    name: 'ToUpper',
    family,
    parameters: [required('source', 'text'), optional('culture', 'text')],
    result: 'text',
    source: 'FUN',
    doc: 'Upper case by the rules of a culture such as tr-TR; without one, of the invariant culture.',
    evaluate: mapText((text, args) => toUpper(text, cultureOf(args))),
  },
  {
    name: 'PCase',
    family,
    parameters: [required('source', 'text'), optional('wordSeparators', 'text')],
    result: 'text',
    source: 'FUN',
    doc: 'Lower case, then the first letter of each word upper. Without wordSeparators words end where .NET’s ToTitleCase ends them.',
    evaluate: mapText((text, args) => {
      args.scope.budget.spend(text.length * TITLE_STEPS);
      const separators = args.text(1);
      const lower = toLower(text);
      return separators === null ? toTitleCase(lower) : capitalize(lower, new Set(separators));
    }),
  },
  {
    name: 'NormalizeDiacritics',
    family,
    parameters: [required('source', 'text')],
    result: 'text',
    source: 'FUN',
    doc: 'Latin letters without their marks; æ becomes ae, ø oe, ß ss, ł l.',
    evaluate: mapText((text, args) => normalizeDiacritics(text, args.scope.budget)),
  },
];

function cultureOf(args: Arguments): CaseRules {
  const culture = args.text(1);
  if (culture === null) return INVARIANT;
  args.scope.budget.spend(CULTURE_STEPS);
  const rules = caseRulesOf(culture);
  if (rules === null) {
    throw args.error('UnknownCulture', `.NET knows no culture "${culture}"; write one such as en-US or tr-TR.`, 1);
  }
  return rules;
}

function capitalize(text: string, separators: ReadonlySet<string>): string {
  let out = '';
  let startsWord = true;
  for (const char of text) {
    out += startsWord ? toUpper(char) : char;
    startsWord = separators.has(char);
  }
  return out;
}
