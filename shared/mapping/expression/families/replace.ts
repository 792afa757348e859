import { PatternError } from '../../dotnet/regex/PatternError';
import { Pattern } from '../../dotnet/regex/Pattern';
import type { Arguments } from '../Arguments';
import type { Expression } from '../Expression';
import { MAX_TEXT_LENGTH, type Value } from '../Value';
import { optional, required, type ExpressionFunction } from './ExpressionFunction';

const family = 'Text';

/** Places, in order; the names are the keys of Entra's JSON (GF). */
const SOURCE = 0;
const FIND = 1;
const PATTERN = 2;
const GROUP = 3;
const REPLACEMENT = 4;
const OTHER_ATTRIBUTE = 5;
const TEMPLATE = 6;

/** Which of the optional places are filled selects the behaviour (entra-expressions.md 3.2). */
const FORMS: readonly (readonly number[])[] = [
  [FIND, REPLACEMENT],
  [FIND, TEMPLATE],
  [PATTERN, REPLACEMENT],
  [PATTERN, GROUP, REPLACEMENT],
  [PATTERN, GROUP, OTHER_ATTRIBUTE],
];

const filledPlaces = (args: readonly (Expression | null)[]): readonly number[] =>
  args.flatMap((arg, place) => (place === SOURCE || arg === null ? [] : [place]));

export const REPLACE_FUNCTIONS: readonly ExpressionFunction[] = [
  {
    name: 'Replace',
    family,
    parameters: [
      required('source', 'text'),
      optional('Find', 'text'),
      optional('RegularExpression', 'pattern'),
      optional('RegularExpressionGroupName', 'text'),
      optional('Replacement', 'text'),
      optional('ReplacementPropertyName', 'text'),
      optional('Template', 'text'),
    ],
    result: 'text',
    source: 'FUN',
    doc: 'Replaces text, with letter case. Filled places decide: Find + Replacement; Find + Template (the source goes into the template); RegularExpression + Replacement; RegularExpression + group + Replacement (only the group); RegularExpression + group + ReplacementPropertyName (the source, or the group’s text of another attribute).',
    check: (args) => {
      const filled = filledPlaces(args).join();
      return FORMS.some((form) => form.join() === filled)
        ? undefined
        : 'fill Find and Replacement, Find and Template, RegularExpression and Replacement (with or without a group name), or RegularExpression, group name and ReplacementPropertyName; leave the other places empty.';
    },
    evaluate: replace,
  },
];

function replace(args: Arguments): Value {
  const source = args.text(SOURCE);
  const { budget } = args.scope;
  if (args.isFilled(OTHER_ATTRIBUTE)) {
    if (source !== null && source !== '') return source;
    const other = args.text(OTHER_ATTRIBUTE);
    return other === null ? null : run(args, (pattern) => pattern.firstGroup(other, groupOf(args, pattern), budget));
  }
  if (source === null) return null;
  if (args.isFilled(FIND)) {
    const find = args.text(FIND) ?? '';
    if (find === '') throw args.error('OutOfRange', 'an empty text cannot be searched for.', FIND);
    const [text, replacement] = args.isFilled(TEMPLATE)
      ? [args.text(TEMPLATE) ?? '', source]
      : [source, args.text(REPLACEMENT) ?? ''];
    budget.spendSearch(text.length, find.length);
    const count = text.split(find).length - 1;
    if (text.length + count * replacement.length > MAX_TEXT_LENGTH + count * find.length) {
      throw args.textTooLong();
    }
    return text.replaceAll(find, () => replacement);
  }
  const replacement = args.text(REPLACEMENT) ?? '';
  return run(args, (pattern) =>
    args.isFilled(GROUP)
      ? pattern.replaceGroup(source, groupOf(args, pattern), replacement, budget)
      : pattern.replace(source, replacement, budget),
  );
}

function groupOf(args: Arguments, pattern: Pattern): string {
  const name = args.text(GROUP) ?? '';
  if (!pattern.hasGroup(name)) {
    throw args.error('InvalidPattern', `the regular expression has no group named "${name}".`, GROUP);
  }
  return name;
}

function run<T>(args: Arguments, use: (pattern: Pattern) => T): T {
  try {
    return use(Pattern.of(args.text(PATTERN) ?? '', args.scope.budget));
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    throw args.error('InvalidPattern', error.message, PATTERN, error);
  }
}
