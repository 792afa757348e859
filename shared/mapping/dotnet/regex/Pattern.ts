import type { EvaluationBudget } from '../../EvaluationBudget';
import { compilePattern, type Program } from './compilePattern';
import { Matcher, type Captures } from './Matcher';
import { parsePattern } from './parsePattern';
import { PatternCache } from './PatternCache';
import { parseReplacement, type ReplacementPart } from './parseReplacement';

const cache = new PatternCache<Pattern>();

/**
 * A .NET regular expression of a customer, run in bounded time. Every method spends of the evaluation's budget and throws
 * BudgetExceeded.
 */
export class Pattern {
  private constructor(
    private readonly program: Program,
    private readonly groups: ReadonlyMap<string, number>,
    /** What it took to make it. */
    readonly price: { readonly steps: number; readonly bytes: number },
  ) {}

  /**
   * A known pattern costs what it cost when it was new: whether somebody used it before decides nothing.
   * @throws PatternError when .NET would refuse the pattern or it cannot run in bounded time; BudgetExceeded
   */
  static of(text: string, budget: EvaluationBudget): Pattern {
    const known = cache.get(text);
    if (known !== undefined) {
      budget.spend(known.price.steps, known.price.bytes);
      return known;
    }
    const before = budget.spent;
    const parsed = parsePattern(text, budget);
    const program = compilePattern(parsed, budget);
    const { steps, bytes } = budget.spent;
    const pattern = new Pattern(program, parsed.groups, { steps: steps - before.steps, bytes: bytes - before.bytes });
    cache.add(text, pattern);
    return pattern;
  }

  hasGroup(name: string): boolean {
    return this.groups.has(name);
  }

  /** Regex.IsMatch: anywhere in the text. */
  isMatch(text: string, budget: EvaluationBudget): boolean {
    return new Matcher(this.program, text, budget).search(0, 0) !== null;
  }

  /** Regex.Replace over all matches. */
  replace(text: string, replacement: string, budget: EvaluationBudget): string {
    const parts = parseReplacement(replacement, this.groups);
    return this.#rebuild(text, budget, (captures) => {
      const texts = parts.map((part) => partText(part, text, captures));
      // Before it is built: `$_` in a long replacement multiplies the text.
      budget.spendText(texts.reduce((sum, one) => sum + one.length, texts.length));
      return texts.join('');
    });
  }

  /** Within each match only what the group captured is replaced, by a literal text. */
  replaceGroup(text: string, group: string, literal: string, budget: EvaluationBudget): string {
    const slot = this.groups.get(group) ?? 0;
    return this.#rebuild(text, budget, (captures) => {
      const [start = 0, end = 0] = captures;
      const [from = -1, to = -1] = [captures[slot * 2], captures[slot * 2 + 1]];
      // A look-around may capture outside of the match: then there is nothing in it to replace.
      if (from < start || to > end) return text.slice(start, end);
      return text.slice(start, from) + literal + text.slice(to, end);
    });
  }

  /** What the group captured in the first match; null without a match or a capture. */
  firstGroup(text: string, group: string, budget: EvaluationBudget): string | null {
    const captures = new Matcher(this.program, text, budget).search(0, 0);
    return captures === null ? null : captured(text, captures, this.groups.get(group) ?? 0);
  }

  #rebuild(text: string, budget: EvaluationBudget, replaced: (captures: Captures) => string): string {
    const matcher = new Matcher(this.program, text, budget);
    let out = '';
    let copied = 0;
    let from = 0;
    let previous = 0;
    while (from <= text.length) {
      const captures = matcher.search(from, previous);
      if (captures === null) break;
      const [start = 0, end = 0] = captures;
      const piece = text.slice(copied, start) + replaced(captures);
      budget.spendText(piece.length);
      out += piece;
      copied = end;
      previous = end;
      // After an empty match the next one begins a character further on.
      from = end === start ? end + 1 : end;
    }
    return out + text.slice(copied);
  }
}

function partText(part: ReplacementPart, text: string, captures: Captures): string {
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
}

function captured(text: string, captures: Captures, slot: number): string | null {
  const [from = -1, to = -1] = [captures[slot * 2], captures[slot * 2 + 1]];
  return from < 0 || to < 0 ? null : text.slice(from, to);
}
