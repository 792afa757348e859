import { compilePattern, type Program } from './compilePattern';
import { Matcher, type Captures } from './Matcher';
import { parsePattern } from './parsePattern';
import { PatternError } from './PatternError';
import { parseReplacement } from './parseReplacement';

const MAX_CACHED = 500;
const cache = new Map<string, Pattern>();

/** A .NET regular expression of a customer, run in bounded time. Every method throws PatternError when it takes too long. */
export class Pattern {
  private constructor(
    private readonly program: Program,
    private readonly groups: ReadonlyMap<string, number>,
  ) {}

  /** @throws PatternError when .NET would refuse the pattern or it cannot run in bounded time */
  static of(text: string): Pattern {
    const known = cache.get(text);
    if (known !== undefined) return known;
    const parsed = parsePattern(text);
    const pattern = new Pattern(compilePattern(parsed), parsed.groups);
    if (cache.size >= MAX_CACHED) cache.clear();
    cache.set(text, pattern);
    return pattern;
  }

  hasGroup(name: string): boolean {
    return this.groups.has(name);
  }

  /** Regex.IsMatch: anywhere in the text. */
  isMatch(text: string): boolean {
    return new Matcher(this.program, text).search(0, 0) !== null;
  }

  /** Regex.Replace over all matches. */
  replace(text: string, replacement: string): string {
    const parts = parseReplacement(replacement, this.groups);
    return this.#rebuild(text, (captures) =>
      joined(
        parts.map((part) => {
          switch (part.kind) {
            case 'text':
              return part.text;
            case 'slot':
              return captured(text, captures, part.slot) ?? '';
            case 'before':
              return text.slice(0, captures[0]);
            case 'after':
              return text.slice(captures[1]);
            case 'input':
              return text;
          }
        }),
      ),
    );
  }

  /** Within each match only what the group captured is replaced, by a literal text. */
  replaceGroup(text: string, group: string, literal: string): string {
    const slot = this.groups.get(group) ?? 0;
    return this.#rebuild(text, (captures) => {
      const [start = 0, end = 0] = captures;
      const [from = -1, to = -1] = [captures[slot * 2], captures[slot * 2 + 1]];
      // A look-around may capture outside of the match: then there is nothing in it to replace.
      if (from < start || to > end) return text.slice(start, end);
      return text.slice(start, from) + literal + text.slice(to, end);
    });
  }

  /** What the group captured in the first match; null without a match or a capture. */
  firstGroup(text: string, group: string): string | null {
    const captures = new Matcher(this.program, text).search(0, 0);
    return captures === null ? null : captured(text, captures, this.groups.get(group) ?? 0);
  }

  #rebuild(text: string, replaced: (captures: Captures) => string): string {
    const matcher = new Matcher(this.program, text);
    let out = '';
    let copied = 0;
    let from = 0;
    let previous = 0;
    while (from <= text.length) {
      const captures = matcher.search(from, previous);
      if (captures === null) break;
      const [start = 0, end = 0] = captures;
      out += text.slice(copied, start) + replaced(captures);
      checkLength(out.length);
      copied = end;
      previous = end;
      // After an empty match the next one begins a character further on.
      from = end === start ? end + 1 : end;
    }
    return out + text.slice(copied);
  }
}

/** Longer results are refused before they are built: `$_` in a long replacement multiplies the text. */
const MAX_RESULT_LENGTH = 200_000;

function checkLength(length: number): void {
  if (length > MAX_RESULT_LENGTH) throw new PatternError('The replacement makes the text too long.', 0, true);
}

function joined(texts: readonly string[]): string {
  checkLength(texts.reduce((sum, text) => sum + text.length, 0));
  return texts.join('');
}

function captured(text: string, captures: Captures, slot: number): string | null {
  const [from = -1, to = -1] = [captures[slot * 2], captures[slot * 2 + 1]];
  return from < 0 || to < 0 ? null : text.slice(from, to);
}
