import { toLower } from '../letterCase';
import { UNICODE_BLOCKS } from './UNICODE_BLOCKS';

const UNITS = 0x10000;
/** Of one set: to build it, and to keep it. */
export const SET_COST = { steps: 1_000, bytes: UNITS / 8 } as const;

/** What one position of a text is compared with. */
export interface UnitSet {
  has(unit: number): boolean;
}

/** A set of UTF-16 units, which is what a .NET pattern matches one at a time; 8 KB of bits. */
export class CharacterSet implements UnitSet {
  readonly #bits = new Uint32Array(UNITS / 32);

  has(unit: number): boolean {
    return (((this.#bits[unit >>> 5] ?? 0) >>> (unit & 31)) & 1) === 1;
  }

  add(unit: number): void {
    const index = unit >>> 5;
    this.#bits[index] = (this.#bits[index] ?? 0) | (1 << (unit & 31));
  }

  addRange(first: number, last: number): void {
    for (let unit = first; unit <= last; unit += 1) this.add(unit);
  }

  addAll(other: CharacterSet): void {
    for (const [index, word] of other.#bits.entries()) this.#bits[index] = (this.#bits[index] ?? 0) | word;
  }

  without(other: CharacterSet): CharacterSet {
    return this.#combine((index, word) => word & ~(other.#bits[index] ?? 0));
  }

  negated(): CharacterSet {
    return this.#combine((_, word) => ~word);
  }

  /** With every other letter case of what is in it; categories are not widened by .NET, so add them afterwards. */
  addLetterCases(): void {
    const before = this.#bits.slice();
    for (const [index, word] of before.entries()) {
      if (word === 0) continue;
      for (let unit = index * 32; unit < index * 32 + 32; unit += 1) {
        if (((word >>> (unit & 31)) & 1) === 1) for (const other of letterCasesOf(unit)) this.add(other);
      }
    }
  }

  #combine(map: (index: number, word: number) => number): CharacterSet {
    const set = new CharacterSet();
    for (const [index, word] of this.#bits.entries()) set.#bits[index] = map(index, word);
    return set;
  }

  static of(test: (char: string) => boolean): CharacterSet {
    const set = new CharacterSet();
    for (let unit = 0; unit < UNITS; unit += 1) if (test(String.fromCharCode(unit))) set.add(unit);
    return set;
  }
}

let equivalents: ReadonlyMap<number, readonly number[]> | undefined;

/** Units that equal this one when letter case is ignored, itself included: those with the same lower case (.NET 7 and later). */
export function letterCasesOf(unit: number): readonly number[] {
  equivalents ??= buildEquivalents();
  return equivalents.get(unit) ?? [unit];
}

function buildEquivalents(): ReadonlyMap<number, readonly number[]> {
  const byLower = new Map<string, number[]>();
  for (let unit = 0; unit < UNITS; unit += 1) {
    const lower = toLower(String.fromCharCode(unit));
    if (lower.charCodeAt(0) === unit) continue;
    const group = byLower.get(lower);
    if (group === undefined) byLower.set(lower, [lower.charCodeAt(0), unit]);
    else group.push(unit);
  }
  return new Map([...byLower.values()].flatMap((group) => group.map((unit) => [unit, group] as const)));
}

/** General categories by the names .NET knows. */
const CATEGORY = /^(?:L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?|C[cfson]?)$/u;
const cached = new Map<string, CharacterSet>();

function remember(name: string, build: () => CharacterSet): CharacterSet {
  const known = cached.get(name);
  if (known !== undefined) return known;
  const set = build();
  cached.set(name, set);
  return set;
}

const matching = (pattern: RegExp): CharacterSet => CharacterSet.of((char) => pattern.test(char));

/** `\p{name}`: a general category or a block such as IsCyrillic; undefined when .NET knows neither. */
export function unicodeSet(name: string): CharacterSet | undefined {
  // Built from a name of the list above only.
  if (CATEGORY.test(name)) return remember(name, () => matching(new RegExp(`^\\p{${name}}$`, 'u')));
  const block = UNICODE_BLOCKS.get(name);
  if (block === undefined) return undefined;
  return remember(name, () => {
    const set = new CharacterSet();
    set.addRange(block[0], block[1]);
    return set;
  });
}

export const casedLetters = (): CharacterSet => remember('\\p{LC}', () => matching(/^[\p{Lu}\p{Ll}\p{Lt}]$/u));
/** `\d`, `\w` and `\s` are Unicode in .NET. */
export const digits = (): CharacterSet => remember('\\d', () => matching(/^\p{Nd}$/u));
export const wordCharacters = (): CharacterSet => remember('\\w', () => matching(/^[\p{L}\p{Mn}\p{Nd}\p{Pc}]$/u));
export const whiteSpace = (): CharacterSet => remember('\\s', () => matching(/^[\t-\r\x85\p{Z}]$/u));
/** What `\b` counts as a word: `\w` and the two joiners. */
export const boundaryCharacters = (): CharacterSet =>
  remember('\\b', () => matching(/^[\p{L}\p{Mn}\p{Nd}\p{Pc}\u200C\u200D]$/u));
/** `.` without the s option: all but the line feed. */
export const notLineFeed = (): CharacterSet => remember('.', () => CharacterSet.of((char) => char !== '\n'));
export const anyCharacter = (): CharacterSet => remember('..', () => CharacterSet.of(() => true));
