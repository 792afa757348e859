import type { EvaluationBudget } from '../../EvaluationBudget';
import { PatternError } from './PatternError';

/** Options that a pattern may switch inside itself. */
export interface PatternOptions {
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly singleline: boolean;
  readonly explicitCapture: boolean;
  readonly ignoreBlanks: boolean;
}

export const NO_OPTIONS: PatternOptions = {
  ignoreCase: false,
  multiline: false,
  singleline: false,
  explicitCapture: false,
  ignoreBlanks: false,
};

const OPTION_LETTERS: Readonly<Record<string, keyof PatternOptions>> = {
  i: 'ignoreCase',
  m: 'multiline',
  s: 'singleline',
  n: 'explicitCapture',
  x: 'ignoreBlanks',
};

/** A place in the text of a pattern. */
export class PatternReader {
  index = 0;

  constructor(
    readonly text: string,
    /** Sets of characters cost more than their few letters look like. */
    readonly budget: EvaluationBudget,
  ) {}

  get isAtEnd(): boolean {
    return this.index >= this.text.length;
  }

  peek(ahead = 0): string {
    return this.text.charAt(this.index + ahead);
  }

  next(): string {
    const char = this.peek();
    if (char === '') throw this.error('The pattern ends too early.');
    this.index += 1;
    return char;
  }

  /** Takes `expected` when it stands here. */
  take(expected: string): boolean {
    if (!this.text.startsWith(expected, this.index)) return false;
    this.index += expected.length;
    return true;
  }

  /** Takes what a sticky pattern finds here. */
  match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.index;
    const found = pattern.exec(this.text);
    if (found !== null) this.index += found[0].length;
    return found;
  }

  error(message: string, at = this.index): PatternError {
    return new PatternError(message, at + 1);
  }

  /** Comments, and blanks when the x option is on. */
  skipIgnored(options: PatternOptions): void {
    for (;;) {
      if (options.ignoreBlanks && this.match(/[\t-\r ]+/uy) !== null) continue;
      if (options.ignoreBlanks && this.match(/#[^\n]*/uy) !== null) continue;
      if (!this.text.startsWith('(?#', this.index)) return;
      const end = this.text.indexOf(')', this.index);
      if (end < 0) throw this.error('The comment (?# is never closed by ")".');
      this.index = end + 1;
    }
  }

  /** `imnsx-imnsx` behind `(?`; null when something else stands here. */
  readOptions(before: PatternOptions): PatternOptions | null {
    const found = this.match(/([imnsx]*)(?:-([imnsx]*))?(?=[:)])/iuy);
    if (found === null) return null;
    let options = before;
    for (const [letters, value] of [
      [found[1] ?? '', true],
      [found[2] ?? '', false],
    ] as const) {
      for (const letter of letters.toLowerCase()) {
        const name = OPTION_LETTERS[letter];
        if (name !== undefined) options = { ...options, [name]: value };
      }
    }
    return options;
  }
}
