/** What can be wrong with an expression: in its text, or with the values of one person. */
export type ExpressionErrorCode =
  | 'TooLong'
  | 'TooDeep'
  | 'TextTooLong'
  | 'UnexpectedText'
  | 'UnclosedText'
  | 'UnknownFunction'
  | 'WrongNumberOfArguments'
  | 'InvalidCombination'
  | 'WrongKind'
  | 'OutOfRange'
  | 'InvalidDate'
  | 'InvalidDateFormat'
  | 'InvalidPattern'
  | 'TooExpensive'
  | 'UnknownCulture'
  | 'TooManyRoles'
  | 'NoUniqueValue'
  | 'RaisedByExpression';

export interface ExpressionErrorDetails {
  readonly code: ExpressionErrorCode;
  /** Character of the expression that it is about, the first is 1; 0 when unknown. */
  readonly at: number;
  readonly functionName?: string | undefined;
  /** Name of the argument in the function table. */
  readonly argument?: string | undefined;
  /** The kind of value that was found where another was needed; never the value itself (I18). */
  readonly valueKind?: string | undefined;
}

/** The only error that parsing or evaluating an expression raises. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
  readonly code: ExpressionErrorCode;
  readonly at: number;
  readonly functionName: string | undefined;
  readonly argument: string | undefined;
  readonly valueKind: string | undefined;

  constructor(message: string, details: ExpressionErrorDetails) {
    const place = details.at > 0 ? ` (character ${details.at})` : '';
    const subject =
      details.functionName === undefined
        ? ''
        : details.argument === undefined
          ? `${details.functionName}: `
          : `${details.functionName}, argument "${details.argument}": `;
    super(`${subject}${message}${place}`);
    this.code = details.code;
    this.at = details.at;
    this.functionName = details.functionName;
    this.argument = details.argument;
    this.valueKind = details.valueKind;
  }
}
