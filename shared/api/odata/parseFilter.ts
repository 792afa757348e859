/**
 * OData's `$filter`, as much of it as lists of ours need: comparisons, in, contains, startswith, endswith, and, or, not,
 * parentheses (OData 4.01 part 2, 5.1.1.1). Own code: docs/decisions/0013-odata-filters.md.
 */
import { COMPARISONS, TEXT_FUNCTIONS, type Filter } from './Filter';
import { FilterError } from './FilterError';
import type { FieldValue, FilterField, FilterFields } from './FilterFields';
import { isMoment, tokenizeFilter, type FilterToken } from './tokenizeFilter';

const MAX_LENGTH = 4_000;
const MAX_DEPTH = 32;
const MAX_VALUES = 200;

/** @throws FilterError that says what is wrong, where, and which fields there are */
export function parseFilter<T>(filter: string, fields: FilterFields<T>): Filter {
  if (filter.length > MAX_LENGTH) throw new FilterError(`it has more than ${MAX_LENGTH} characters`, MAX_LENGTH);
  const reader = new FilterReader(tokenizeFilter(filter), fields);
  const parsed = reader.readOr(0);
  reader.expectEnd();
  return parsed;
}

class FilterReader<T> {
  #place = 0;

  constructor(
    private readonly tokens: readonly FilterToken[],
    private readonly fields: FilterFields<T>,
  ) {}

  readOr(depth: number): Filter {
    return this.#readChain('or', () => this.#readChain('and', () => this.#readUnary(depth)));
  }

  expectEnd(): void {
    if (this.#next.kind !== 'end') throw this.#fault('"and", "or" or the end is missing');
  }

  #readChain(kind: 'and' | 'or', readPart: () => Filter): Filter {
    const first = readPart();
    const parts = [first];
    while (this.#takeWord(kind)) parts.push(readPart());
    return parts.length === 1 ? first : { kind, parts };
  }

  #readUnary(depth: number): Filter {
    if (depth > MAX_DEPTH) throw this.#fault('it is nested too deeply');
    if (this.#takeWord('not')) return { kind: 'not', of: this.#readUnary(depth + 1) };
    if (this.#takeSign('(')) {
      const inner = this.readOr(depth + 1);
      this.#expectSign(')');
      return inner;
    }
    const test = TEXT_FUNCTIONS.find((name) => this.#takeWord(name));
    return test === undefined ? this.#readComparison() : this.#readTextTest(test);
  }

  #readTextTest(test: (typeof TEXT_FUNCTIONS)[number]): Filter {
    this.#expectSign('(');
    const position = this.#next.position;
    const [name, field] = this.#readField();
    if (field.type !== 'text') throw new FilterError(`${test} needs a field of text`, position);
    this.#expectSign(',');
    const value = this.#take('text', `${test} needs a text in single quotes`).text;
    this.#expectSign(')');
    return { kind: 'text', test, field: name, value };
  }

  #readComparison(): Filter {
    const [name, field] = this.#readField();
    if (this.#takeWord('in')) {
      this.#expectSign('(');
      const values = [this.#readValue(field)];
      while (this.#takeSign(',')) values.push(this.#readValue(field));
      if (values.length > MAX_VALUES) throw this.#fault(`"in" takes at most ${MAX_VALUES} values`);
      this.#expectSign(')');
      return { kind: 'in', field: name, values };
    }
    const operator = COMPARISONS.find((one) => this.#takeWord(one));
    if (operator === undefined) throw this.#fault(`one of ${COMPARISONS.join(', ')}, in is missing`);
    return { kind: 'compare', field: name, operator, value: this.#readValue(field) };
  }

  #readField(): readonly [string, FilterField<T>] {
    const token = this.#next;
    const field = token.kind === 'word' && Object.hasOwn(this.fields, token.text) ? this.fields[token.text] : undefined;
    if (field === undefined) throw this.#fault(`a field is missing; there are ${Object.keys(this.fields).join(', ')}`);
    this.#place += 1;
    return [token.text, field];
  }

  #readValue(field: FilterField<T>): FieldValue {
    if (this.#takeWord('null')) return null;
    switch (field.type) {
      case 'text':
        return this.#take('text', 'a text in single quotes is missing').text;
      case 'number':
        return Number(this.#take('number', 'a number is missing').text);
      case 'flag': {
        const isTrue = this.#takeWord('true');
        if (!isTrue && !this.#takeWord('false')) throw this.#fault('true or false is missing');
        return isTrue;
      }
      case 'moment': {
        // Microsoft's own tools write moments with and without quotes.
        const token = this.#next;
        const isOne = token.kind === 'moment' || (token.kind === 'text' && isMoment(token.text));
        const ms = isOne ? Date.parse(token.text) : Number.NaN;
        if (Number.isNaN(ms)) throw this.#fault('a moment like 2026-11-24T08:00:00Z is missing');
        this.#place += 1;
        return ms;
      }
    }
  }

  get #next(): FilterToken {
    return this.tokens[this.#place] ?? { kind: 'end', text: '', position: 0 };
  }

  #take(kind: FilterToken['kind'], otherwise: string): FilterToken {
    const token = this.#next;
    if (token.kind !== kind) throw this.#fault(otherwise);
    this.#place += 1;
    return token;
  }

  #takeWord(word: string): boolean {
    const isNext = this.#next.kind === 'word' && this.#next.text.toLowerCase() === word;
    if (isNext) this.#place += 1;
    return isNext;
  }

  #takeSign(sign: string): boolean {
    const isNext = this.#next.kind === 'sign' && this.#next.text === sign;
    if (isNext) this.#place += 1;
    return isNext;
  }

  #expectSign(sign: string): void {
    if (!this.#takeSign(sign)) throw this.#fault(`"${sign}" is missing`);
  }

  #fault(message: string): FilterError {
    return new FilterError(message, this.#next.position);
  }
}
