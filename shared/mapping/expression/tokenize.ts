import { ExpressionError } from './ExpressionError';

export type TokenKind = 'text' | 'number' | 'attribute' | 'word' | 'symbol' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** Contents without quotes or brackets, escapes resolved. */
  readonly value: string;
  readonly at: number;
}

const BLANK = /\s/u;
const WORD = /[\p{L}_][\p{L}\p{Nd}_]*/uy;
const NUMBER = /-?\d+(?:\.\d+)?/uy;
/** Hexadecimal as in Visual Basic: `&HF7` (FUN, BitAnd). */
const HEX = /&[Hh][0-9A-Fa-f]+(?![\p{L}\p{Nd}_])/uy;
const SYMBOL = /<>|>=|<=|[(),&=<>]/uy;

/**
 * Splits the text of an expression.
 * In a quoted text only `\\` and `\"` are escapes; any other backslash stays as it is, because the Workday samples write
 * regular expressions with a single one (entra-expressions.md 1, "unknown escape").
 *
 * @throws ExpressionError UnclosedText or UnexpectedText, with the position
 */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let index = 0;
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = index;
    return pattern.exec(text)?.[0] ?? null;
  };
  while (index < text.length) {
    const start = index;
    const char = text.charAt(index);
    if (BLANK.test(char)) {
      index += 1;
    } else if (char === '"') {
      const { value, end } = readText(text, index);
      tokens.push({ kind: 'text', value, at: start + 1 });
      index = end;
    } else if (char === '[') {
      const end = text.indexOf(']', index);
      if (end < 0)
        throw new ExpressionError('The bracket "[" is never closed.', { code: 'UnclosedText', at: start + 1 });
      const name = text.slice(index + 1, end).trim();
      if (name === '') {
        throw new ExpressionError('An attribute name is missing between the brackets.', {
          code: 'UnexpectedText',
          at: start + 1,
        });
      }
      tokens.push({ kind: 'attribute', value: name, at: start + 1 });
      index = end + 1;
    } else {
      const hex = take(HEX);
      const number = hex ?? take(NUMBER);
      const found = number ?? take(WORD) ?? take(SYMBOL);
      if (found === null) {
        throw new ExpressionError(`"${char}" is not expected here. Put text between double quotes.`, {
          code: 'UnexpectedText',
          at: start + 1,
        });
      }
      const kind = number !== null ? 'number' : /^[(),&=<>]/u.test(found) ? 'symbol' : 'word';
      tokens.push({ kind, value: found, at: start + 1 });
      index += found.length;
    }
  }
  tokens.push({ kind: 'end', value: '', at: text.length + 1 });
  return tokens;
}

function readText(text: string, start: number): { readonly value: string; readonly end: number } {
  let value = '';
  for (let index = start + 1; index < text.length; index += 1) {
    const char = text.charAt(index);
    const next = text.charAt(index + 1);
    if (char === '"') return { value, end: index + 1 };
    if (char === '\\' && (next === '\\' || next === '"')) {
      value += next;
      index += 1;
    } else {
      value += char;
    }
  }
  throw new ExpressionError('The text is never closed by a double quote.', { code: 'UnclosedText', at: start + 1 });
}
