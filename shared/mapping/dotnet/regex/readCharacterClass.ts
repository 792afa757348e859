import { CharacterSet, SET_COST } from './CharacterSet';
import type { PatternReader } from './PatternReader';
import { readSetEscape, readUnitEscape } from './readEscape';

/**
 * `[…]`, the reader stands behind the bracket. A `]` in the first place is itself; `-[…]` at the end takes away.
 * Letter case widens single characters and ranges, not categories: that is what .NET does.
 */
export function readCharacterClass(reader: PatternReader, ignoreCase: boolean): CharacterSet {
  const start = reader.index - 1;
  reader.budget.spend(SET_COST.steps, SET_COST.bytes);
  const isNegated = reader.take('^');
  const units = new CharacterSet();
  const categories = new CharacterSet();
  let subtracted: CharacterSet | undefined;
  for (let isFirst = true; ; isFirst = false) {
    if (reader.isAtEnd) throw reader.error('The class "[" is never closed by "]".', start);
    if (!isFirst && reader.take(']')) break;
    if (!isFirst && reader.take('-[')) {
      subtracted = readCharacterClass(reader, ignoreCase);
      if (!reader.take(']')) throw reader.error('A class to subtract must be the last part of its class.');
      break;
    }
    const set = readSetIn(reader, ignoreCase);
    if (set !== undefined) {
      reader.budget.spend(SET_COST.steps);
      categories.addAll(set);
      continue;
    }
    const at = reader.index;
    const first = readUnitIn(reader);
    const isRange = reader.peek() === '-' && reader.peek(1) !== ']' && reader.peek(1) !== '[' && reader.peek(1) !== '';
    if (!isRange) {
      units.add(first);
      continue;
    }
    reader.index += 1;
    if (readSetIn(reader, ignoreCase) !== undefined) throw reader.error('A range cannot end with a whole class.', at);
    const last = readUnitIn(reader);
    if (last < first) throw reader.error('The range runs backwards.', at);
    reader.budget.spend(last - first);
    units.addRange(first, last);
  }
  if (ignoreCase) units.addLetterCases();
  units.addAll(categories);
  const set = isNegated ? units.negated() : units;
  return subtracted === undefined ? set : set.without(subtracted);
}

function readSetIn(reader: PatternReader, ignoreCase: boolean): CharacterSet | undefined {
  if (reader.peek() !== '\\') return undefined;
  reader.index += 1;
  const set = readSetEscape(reader, ignoreCase);
  if (set === undefined) reader.index -= 1;
  return set;
}

function readUnitIn(reader: PatternReader): number {
  const char = reader.next();
  if (char !== '\\') return char.charCodeAt(0);
  // In a class \b is the backspace, not a word boundary.
  return reader.take('b') ? 8 : reader.take('-') ? 0x2d : readUnitEscape(reader);
}
