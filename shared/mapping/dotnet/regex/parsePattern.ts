/**
 * The text of a .NET regular expression → tree (regular-expression-language-quick-reference).
 * Back-references, conditions and balancing groups cannot run in bounded time and are refused with their position.
 */
import type { EvaluationBudget } from '../../EvaluationBudget';
import { anyCharacter, letterCasesOf, notLineFeed } from './CharacterSet';
import { numberGroups, type FoundGroup, type GroupNumbers } from './numberGroups';
import type { AssertionKind, ParsedPattern, PatternNode } from './PatternNode';
import { NO_OPTIONS, PatternReader, type PatternOptions } from './PatternReader';
import { readCharacterClass } from './readCharacterClass';
import { readSetEscape, readUnitEscape } from './readEscape';

const MAX_NESTING = 250;
/** .NET counts in 32 bits. */
const MAX_COUNT = 2_147_483_647;
const ASSERTIONS: Readonly<Record<string, AssertionKind>> = {
  A: 'beginning',
  Z: 'end',
  z: 'veryEnd',
  G: 'searchStart',
  b: 'boundary',
  B: 'notBoundary',
};
const GROUP_NAME = /(?:<([\p{L}\p{Nd}_]+)>|'([\p{L}\p{Nd}_]+)')/uy;

/** Reading it and keeping its tree, for each character. */
const CHARACTER = { steps: 20, bytes: 64 } as const;

/** @throws PatternError or BudgetExceeded */
export function parsePattern(text: string, budget: EvaluationBudget): ParsedPattern {
  budget.spend(text.length * CHARACTER.steps, text.length * CHARACTER.bytes);
  // First for the groups alone: the number of a named one depends on all unnamed ones.
  const found: FoundGroup[] = [];
  new PatternParser(text, budget, found, undefined).parse();
  const groups = numberGroups(found);
  const root = new PatternParser(text, budget, [], groups).parse();
  return { root, groups: groups.slots, slots: Math.max(...groups.slots.values()) + 1 };
}

class PatternParser {
  readonly #reader: PatternReader;
  #depth = 0;
  #unnamed = 0;

  constructor(
    text: string,
    budget: EvaluationBudget,
    private readonly found: FoundGroup[],
    private readonly groups: GroupNumbers | undefined,
  ) {
    this.#reader = new PatternReader(text, budget);
  }

  parse(): PatternNode {
    const root = this.#alternation(NO_OPTIONS);
    if (!this.#reader.isAtEnd) throw this.#reader.error('There is a ")" too many.');
    return root;
  }

  #alternation(outer: PatternOptions): PatternNode {
    let options = outer;
    const branches: PatternNode[] = [];
    let items: PatternNode[] = [];
    const reader = this.#reader;
    for (;;) {
      reader.skipIgnored(options);
      if (reader.isAtEnd || reader.peek() === ')') break;
      if (reader.take('|')) {
        branches.push(sequence(items));
        items = [];
        continue;
      }
      const switched = this.#inlineOptions(options);
      if (switched !== null) {
        options = switched;
        continue;
      }
      items.push(this.#quantified(this.#atom(options), options));
    }
    if (branches.length === 0) return sequence(items);
    return { kind: 'alternation', items: [...branches, sequence(items)] };
  }

  /** `(?i)`: the options hold until the group ends. */
  #inlineOptions(options: PatternOptions): PatternOptions | null {
    const reader = this.#reader;
    const start = reader.index;
    if (reader.take('(?')) {
      const switched = reader.readOptions(options);
      if (switched !== null && reader.take(')')) return switched;
    }
    reader.index = start;
    return null;
  }

  #quantified(atom: PatternNode, options: PatternOptions): PatternNode {
    const reader = this.#reader;
    reader.skipIgnored(options);
    const quantifier = this.#quantifier();
    if (quantifier === null) return atom;
    reader.skipIgnored(options);
    const lazy = reader.take('?');
    reader.skipIgnored(options);
    const at = reader.index;
    if (this.#quantifier() !== null) throw reader.error('A quantifier follows a quantifier.', at);
    return { kind: 'loop', body: atom, ...quantifier, lazy };
  }

  #quantifier(): { readonly min: number; readonly max: number } | null {
    const reader = this.#reader;
    if (reader.take('*')) return { min: 0, max: Infinity };
    if (reader.take('+')) return { min: 1, max: Infinity };
    if (reader.take('?')) return { min: 0, max: 1 };
    const at = reader.index;
    // A brace that is no count stands for itself.
    const counts = reader.match(/\{(\d+)(,(\d*))?\}/uy);
    if (counts === null) return null;
    const min = Number(counts[1]);
    const max = counts[2] === undefined ? min : counts[3] === '' ? Infinity : Number(counts[3]);
    if (Math.max(min, max === Infinity ? 0 : max) > MAX_COUNT) throw reader.error('The count is too large.', at);
    if (max < min) throw reader.error('The larger count stands first.', at);
    return { min, max };
  }

  #atom(options: PatternOptions): PatternNode {
    const reader = this.#reader;
    const start = reader.index;
    const char = reader.next();
    switch (char) {
      case '(':
        return this.#group(options, start);
      case '[':
        return { kind: 'set', set: readCharacterClass(reader, options.ignoreCase) };
      case '.':
        return { kind: 'set', set: options.singleline ? anyCharacter() : notLineFeed() };
      case '^':
        return { kind: 'assertion', assertion: options.multiline ? 'lineBeginning' : 'beginning' };
      case '$':
        return { kind: 'assertion', assertion: options.multiline ? 'lineEnd' : 'end' };
      case '\\':
        return this.#escape(options, start);
      case '*':
      case '+':
      case '?':
        throw reader.error('A quantifier follows nothing.', start);
      default:
        if (char === '{' && /^\{\d+(?:,\d*)?\}/u.test(reader.text.slice(start))) {
          throw reader.error('A quantifier follows nothing.', start);
        }
        return unit(char.charCodeAt(0), options);
    }
  }

  #escape(options: PatternOptions, start: number): PatternNode {
    const reader = this.#reader;
    const assertion = ASSERTIONS[reader.peek()];
    if (assertion !== undefined) {
      reader.index += 1;
      return { kind: 'assertion', assertion };
    }
    const set = readSetEscape(reader, options.ignoreCase);
    if (set !== undefined) return { kind: 'set', set };
    const digits = /^[1-9]\d*/u.exec(reader.text.slice(reader.index))?.[0];
    const isReference = digits !== undefined && (digits.length === 1 || (this.groups?.slots.has(digits) ?? false));
    if (isReference || /^k[<']/u.test(reader.text.slice(reader.index, reader.index + 2))) {
      throw reader.error('A back-reference cannot run in bounded time and is not supported.', start);
    }
    return unit(readUnitEscape(reader), options);
  }

  #group(options: PatternOptions, start: number): PatternNode {
    this.#depth += 1;
    if (this.#depth > MAX_NESTING) {
      throw this.#reader.error(`More than ${MAX_NESTING} groups are nested in each other.`, start);
    }
    const wrap = this.#groupKind(options, start);
    const body = this.#alternation(wrap.options);
    if (!this.#reader.take(')')) throw this.#reader.error('The group "(" is never closed by ")".', start);
    this.#depth -= 1;
    return wrap.make(body);
  }

  /** What stands between `(` and the contents. */
  #groupKind(
    options: PatternOptions,
    start: number,
  ): { readonly options: PatternOptions; readonly make: (body: PatternNode) => PatternNode } {
    const reader = this.#reader;
    const look = (ahead: boolean, negative: boolean) => ({
      options,
      make: (body: PatternNode): PatternNode => ({ kind: 'look', ahead, negative, body }),
    });
    if (!reader.take('?')) {
      if (options.explicitCapture) return { options, make: (body) => body };
      this.found.push({ name: null, at: start + 1 });
      this.#unnamed += 1;
      return { options, make: this.#capture(this.groups?.unnamed[this.#unnamed - 1] ?? 0) };
    }
    if (reader.take('=')) return look(true, false);
    if (reader.take('!')) return look(true, true);
    if (reader.take('<=')) return look(false, false);
    if (reader.take('<!')) return look(false, true);
    if (reader.take('>')) return { options, make: (body) => ({ kind: 'atomic', body }) };
    if (reader.peek() === '(') throw reader.error('A condition (?(…)…) is not supported.', start);
    const name = reader.match(GROUP_NAME);
    if (name !== null) {
      const text = name[1] ?? name[2] ?? '';
      if (/^\d/u.test(text) && !/^\d+$/u.test(text)) throw reader.error('A group name begins with a letter.', start);
      const key = /^\d+$/u.test(text) ? String(Number(text)) : text;
      this.found.push({ name: key, at: start + 1 });
      return { options, make: this.#capture(this.groups?.slots.get(key) ?? 0) };
    }
    if (/^(?:<[^>]*-|'[^']*-)/u.test(reader.text.slice(reader.index))) {
      throw reader.error('A balancing group is not supported.', start);
    }
    const switched = reader.readOptions(options);
    if (switched === null || !reader.take(':')) throw reader.error('.NET knows no group that begins like this.', start);
    return { options: switched, make: (body) => body };
  }

  readonly #capture =
    (slot: number) =>
    (body: PatternNode): PatternNode => ({ kind: 'group', slot, body });
}

const sequence = (items: readonly PatternNode[]): PatternNode =>
  items.length === 0
    ? { kind: 'empty' }
    : items.length === 1 && items[0] !== undefined
      ? items[0]
      : { kind: 'sequence', items };

function unit(code: number, options: PatternOptions): PatternNode {
  const cases = options.ignoreCase ? letterCasesOf(code) : [code];
  if (cases.length === 1) return { kind: 'unit', unit: code };
  return { kind: 'set', set: new Set(cases) };
}
