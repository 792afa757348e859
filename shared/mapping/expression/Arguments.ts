import { DateFormatError } from '../dotnet/DateFormatError';
import type { DotnetDate } from '../dotnet/DotnetDate';
import { parseDate } from '../dotnet/parseDate';
import type { EvaluationScope } from './EvaluationScope';
import type { Call, Expression, KeywordName } from './Expression';
import { ExpressionError, type ExpressionErrorCode } from './ExpressionError';
import { parseNumber } from './parseNumber';
import type { Signature } from './Signature';
import { textForm } from './textForm';
import { isList, kindOf, MAX_TEXT_LENGTH, type Value } from './Value';

/** The forms of a date text are tried one after the other. */
const DATE_STEPS = 500;

/** The places of one call: evaluated when asked for, converted to the kind that the function wants. */
export class Arguments {
  constructor(
    private readonly call: Call,
    private readonly definition: Signature,
    readonly scope: EvaluationScope,
    private readonly evaluate: (expression: Expression, scope: EvaluationScope) => Value,
  ) {}

  /** Number of places, empty ones included. */
  get count(): number {
    return this.call.args.length;
  }

  isFilled(place: number): boolean {
    return this.#expression(place) !== null;
  }

  #expression(place: number): Expression | null {
    return this.call.args[place] ?? null;
  }

  /** The value as it is; null for an empty place. */
  value(place: number): Value {
    const expression = this.#expression(place);
    return expression === null ? null : this.evaluate(expression, this.scope);
  }

  /** @throws ExpressionError WrongKind for a list of several values */
  text(place: number): string | null {
    const value = this.single(place);
    return value === null ? null : textForm(value);
  }

  /** The value, or the only value of a list. */
  single(place: number): Exclude<Value, readonly Value[]> {
    const value = this.value(place);
    if (!isList(value)) return value;
    const first = value[0] ?? null;
    if (value.length > 1 || isList(first)) {
      throw this.wrongKind(place, value, 'one value; take one with Item or make a text with Join');
    }
    return first;
  }

  /** Unquoted or quoted number; null when absent or "". */
  number(place: number): bigint | number | null {
    const value = this.single(place);
    if (value === null || value === '') return null;
    if (typeof value === 'bigint' || typeof value === 'number') return value;
    const number = typeof value === 'string' ? parseNumber(value) : null;
    if (number === null) throw this.wrongKind(place, value, 'a number');
    return number;
  }

  /** A whole number of 64 bits. */
  integer(place: number): bigint | null {
    const value = this.number(place);
    if (typeof value === 'number') throw this.wrongKind(place, value, 'a whole number');
    if (value !== null && BigInt.asIntN(64, value) !== value) {
      throw this.error('OutOfRange', 'the number does not fit 64 bits.', place);
    }
    return value;
  }

  /** A whole number that counts characters, words or values: 32 bits, as in .NET. */
  count32(place: number): number | null {
    const value = this.integer(place);
    if (value !== null && BigInt.asIntN(32, value) !== value) {
      throw this.error('OutOfRange', 'the number does not fit 32 bits.', place);
    }
    return value === null ? null : Number(value);
  }

  /** A date, or a text that .NET reads as one (in UTC); null when absent or "". */
  date(place: number): DotnetDate | null {
    const value = this.single(place);
    if (value === null || value === '') return null;
    if (typeof value === 'object' && value.kind === 'date') return value;
    if (typeof value !== 'string') throw this.wrongKind(place, value, 'a date');
    this.scope.budget.spend(DATE_STEPS);
    try {
      return parseDate(value);
    } catch (error) {
      if (error instanceof DateFormatError) throw this.error('InvalidDate', error.message, place, error);
      throw error;
    }
  }

  /** All values; a single one is a list of one, an absent one has none. */
  list(place: number): readonly Value[] {
    const value = this.value(place);
    return isList(value) ? value : value === null ? [] : [value];
  }

  keyword(place: number, allowed: readonly KeywordName[]): KeywordName | undefined {
    const expression = this.#expression(place);
    if (expression === null) return undefined;
    const word =
      expression.kind === 'keyword' ? expression.name : expression.kind === 'constant' ? expression.value : '';
    const found = allowed.find((one) => one.toLowerCase() === word.toLowerCase());
    if (found === undefined) {
      throw this.error('OutOfRange', `one of the words ${allowed.join(', ')} is expected.`, place);
    }
    return found;
  }

  wrongKind(place: number, value: Value, wanted: string): ExpressionError {
    const kind = kindOf(value);
    const found = isList(value) ? `a list of ${value.length} values` : kind;
    return this.#fault('WrongKind', `${wanted} is expected, but this is ${found}.`, place, kind);
  }

  /** Raised before a text is built that `MAX_TEXT_LENGTH` would refuse. */
  textTooLong(): ExpressionError {
    return this.error('TextTooLong', `the text grows beyond ${MAX_TEXT_LENGTH} characters.`);
  }

  error(code: ExpressionErrorCode, message: string, place?: number, cause?: unknown): ExpressionError {
    const error = this.#fault(code, message, place);
    if (cause !== undefined) error.cause = cause;
    return error;
  }

  #fault(code: ExpressionErrorCode, message: string, place?: number, valueKind?: string): ExpressionError {
    const at = (place === undefined ? null : this.#expression(place))?.at ?? this.call.at;
    const argument = place === undefined ? undefined : parameterAt(this.definition, place);
    return new ExpressionError(message, { code, at, functionName: this.call.name, argument, valueKind });
  }
}

/** The parameter's name of a place; repeated groups come round again. */
export function parameterAt({ parameters, repeating = 0 }: Signature, place: number): string | undefined {
  if (place < parameters.length || repeating === 0) return parameters[place]?.name;
  const first = parameters.length - repeating;
  return parameters[first + ((place - first) % repeating)]?.name;
}
