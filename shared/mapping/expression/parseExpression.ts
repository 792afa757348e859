import { COMPARISONS, KEYWORDS, MAX_EXPRESSION_DEPTH, MAX_EXPRESSION_LENGTH, nodesOf, tooDeepIn } from './Expression';
import type { Comparison, Expression, KeywordName } from './Expression';
import { ExpressionError } from './ExpressionError';
import { checkCall } from './checkCall';
import { tokenize, type Token } from './tokenize';

/**
 * Text → tree, by the grammar of entra-expressions.md 1: `&` binds tighter than a comparison, places between commas may
 * stay empty, blanks and line breaks are free.
 *
 * @throws ExpressionError with the position of the first thing that is wrong
 */
export function parseExpression(text: string): Expression {
  if (text.length > MAX_EXPRESSION_LENGTH) {
    throw new ExpressionError(
      `The expression has ${text.length} characters; Entra and this connector take at most ${MAX_EXPRESSION_LENGTH}.`,
      { code: 'TooLong', at: 0 },
    );
  }
  const expression = new Parser(tokenize(text)).parse();
  // The parser bounds calls and joined values each by itself; in each other they are the product.
  const deepest = tooDeepIn(expression);
  if (deepest !== undefined) {
    throw new ExpressionError(`More than ${MAX_EXPRESSION_DEPTH} calls and joined values are nested in each other.`, {
      code: 'TooDeep',
      at: deepest.at,
    });
  }
  for (const node of nodesOf(expression)) {
    if (node.kind === 'call' && node.name === 'SelectUniqueValue' && node !== expression) {
      throw new ExpressionError('it must be the outermost function (FUN).', {
        code: 'InvalidCombination',
        at: node.at,
        functionName: node.name,
      });
    }
  }
  return expression;
}

class Parser {
  #index = 0;
  #depth = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  parse(): Expression {
    const expression = this.#expression();
    if (this.#token.kind !== 'end') throw this.#unexpected(this.#token);
    return expression;
  }

  get #token(): Token {
    return this.tokens[this.#index] ?? { kind: 'end', value: '', at: 0 };
  }

  #isSymbol(value: string): boolean {
    return this.#token.kind === 'symbol' && this.#token.value === value;
  }

  #unexpected(token: Token): ExpressionError {
    const what =
      token.kind === 'end'
        ? 'The expression ends too early: a value or ")" is missing.'
        : token.kind === 'word'
          ? `"${token.value}" is no function call and no known word. Text goes between double quotes, attributes between brackets.`
          : `"${token.value}" is not expected here. A comma may be missing before it.`;
    return new ExpressionError(what, { code: 'UnexpectedText', at: token.at });
  }

  #expression(): Expression {
    this.#depth += 1;
    if (this.#depth > MAX_EXPRESSION_DEPTH) {
      throw new ExpressionError(`More than ${MAX_EXPRESSION_DEPTH} calls are nested in each other.`, {
        code: 'TooDeep',
        at: this.#token.at,
      });
    }
    const left = this.#operand();
    const token = this.#token;
    const operator = token.kind === 'symbol' ? comparisonOf(token.value) : undefined;
    let result = left;
    if (operator !== undefined) {
      this.#index += 1;
      result = { kind: 'operation', operator, left, right: this.#operand(), at: token.at };
    }
    this.#depth -= 1;
    return result;
  }

  #operand(): Expression {
    let left = this.#primary();
    let joins = 0;
    while (this.#isSymbol('&')) {
      const { at } = this.#token;
      joins += 1;
      if (joins > MAX_EXPRESSION_DEPTH) {
        throw new ExpressionError(`More than ${MAX_EXPRESSION_DEPTH} values are joined by "&".`, {
          code: 'TooDeep',
          at,
        });
      }
      this.#index += 1;
      left = { kind: 'operation', operator: '&', left, right: this.#primary(), at };
    }
    return left;
  }

  #primary(): Expression {
    const token = this.#token;
    const { at, value } = token;
    this.#index += 1;
    switch (token.kind) {
      case 'attribute':
        return { kind: 'attribute', name: value, at };
      case 'text':
      case 'number':
        return { kind: 'constant', form: token.kind, value, at };
      case 'word': {
        if (this.#isSymbol('(')) return this.#call(token);
        const keyword = keywordOf(value);
        if (keyword !== undefined) return { kind: 'keyword', name: keyword, at };
        throw this.#unexpected(token);
      }
      default:
        throw this.#unexpected(token);
    }
  }

  #call(name: Token): Expression {
    this.#index += 1;
    const args: (Expression | null)[] = [];
    if (this.#isSymbol(')')) {
      this.#index += 1;
      return checkCall(name.value, args, name.at);
    }
    for (;;) {
      args.push(this.#isSymbol(',') || this.#isSymbol(')') ? null : this.#expression());
      if (this.#isSymbol(')')) break;
      if (!this.#isSymbol(',')) {
        if (this.#token.kind === 'end') {
          throw new ExpressionError('The parenthesis is never closed by ")".', {
            code: 'UnclosedText',
            at: name.at,
            functionName: name.value,
          });
        }
        throw this.#unexpected(this.#token);
      }
      this.#index += 1;
    }
    this.#index += 1;
    return checkCall(name.value, args, name.at);
  }
}

const comparisonOf = (symbol: string): Comparison | undefined => COMPARISONS.find((one) => one === symbol);
const keywordOf = (word: string): KeywordName | undefined =>
  KEYWORDS.find((one) => one.toLowerCase() === word.toLowerCase());
