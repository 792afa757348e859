/** A regular expression that .NET would refuse, or that cannot run in bounded time. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
  constructor(
    message: string,
    /** Character of the pattern, the first is 1; 0 for the pattern as a whole. */
    readonly at: number,
  ) {
    super(at > 0 ? `${message} (character ${at} of the pattern)` : message);
  }
}
