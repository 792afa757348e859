import type { RandomSource } from '../EvaluationScope';
import type { Arguments } from '../Arguments';
import type { Value } from '../Value';
import { optional, required, type ExpressionFunction } from './ExpressionFunction';

const family = 'Random values';
const MAX_RANDOM_LENGTH = 256;
/** A number from the system's generator. */
const DRAW_STEPS = 30;
const DIGITS = '0123456789';
/** The special characters of Windows' password complexity policy, which FUN links to. */
const SPECIAL = '~!@#$%^&*_-+=`|\\(){}[]:;"\'<>,.?/';
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LOWER = 'abcdefghijklmnopqrstuvwxyz';

export const RANDOM_FUNCTIONS: readonly ExpressionFunction[] = [
  {
    name: 'Guid',
    family,
    parameters: [],
    result: 'text',
    source: 'FUN',
    doc: 'A new random GUID, in lower case with dashes.',
    evaluate: (args) => args.scope.random.uuid(),
  },
  {
    name: 'RandomString',
    family,
    parameters: [
      required('Length', 'number'),
      required('MinimumNumbers', 'number'),
      required('MinimumSpecialCharacters', 'number'),
      required('MinimumCapital', 'number'),
      required('MinimumLowerCase', 'number'),
      optional('CharactersToAvoid', 'text'),
    ],
    result: 'text',
    source: 'FUN',
    doc: 'A random text of at most 256 characters. Characters beyond the minimums come from the classes whose minimum is not 0, or from all.',
    evaluate: randomString,
  },
];

function randomString(args: Arguments): Value {
  const length = args.count32(0) ?? 0;
  if (length < 0 || length > MAX_RANDOM_LENGTH) {
    throw args.error('OutOfRange', `a length from 0 to ${MAX_RANDOM_LENGTH} is expected.`, 0);
  }
  args.scope.budget.spend(length * DRAW_STEPS);
  const avoided = new Set(args.text(5) ?? '');
  const classes = [DIGITS, SPECIAL, UPPER, LOWER].map((characters, index) => {
    const minimum = args.count32(index + 1) ?? 0;
    if (minimum < 0) throw args.error('OutOfRange', 'a minimum is not negative.', index + 1);
    const allowed = Array.from(characters).filter((char) => !avoided.has(char));
    if (minimum > 0 && allowed.length === 0) {
      throw args.error('OutOfRange', 'CharactersToAvoid leaves no character of this class.', index + 1);
    }
    return { minimum, allowed };
  });
  const least = classes.reduce((sum, { minimum }) => sum + minimum, 0);
  if (least > length) throw args.error('OutOfRange', `the minimums add up to ${least}, more than the length.`, 0);
  const { random } = args.scope;
  const chosen = classes.flatMap(({ minimum, allowed }) =>
    Array.from({ length: minimum }, () => pick(allowed, random)),
  );
  const wanted = classes.filter(({ minimum }) => minimum > 0);
  const rest = (wanted.length > 0 ? wanted : classes).flatMap(({ allowed }) => allowed);
  if (chosen.length < length && rest.length === 0) {
    throw args.error('OutOfRange', 'CharactersToAvoid leaves no character.', 5);
  }
  while (chosen.length < length) chosen.push(pick(rest, random));
  return shuffle(chosen, random).join('');
}

const pick = (characters: readonly string[], random: RandomSource): string =>
  characters[random.below(characters.length)] ?? '';

/** Fisher–Yates, so that no class has fixed places. */
function shuffle(characters: readonly string[], random: RandomSource): string[] {
  const shuffled = [...characters];
  for (let last = shuffled.length - 1; last > 0; last -= 1) {
    const other = random.below(last + 1);
    [shuffled[last], shuffled[other]] = [shuffled[other] ?? '', shuffled[last] ?? ''];
  }
  return shuffled;
}
