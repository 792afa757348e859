/** A text that fits no date, or a format that is none. `subject` says which. */
export class DateFormatError extends Error {
  override readonly name = 'DateFormatError';
  constructor(
    readonly subject: 'format' | 'text' | 'range',
    message: string,
  ) {
    super(message);
  }
}
