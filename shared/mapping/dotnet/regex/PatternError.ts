/** A regular expression that .NET would refuse, that cannot run in bounded time, or that took too many steps. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
  constructor(
    message: string,
    /** Character of the pattern, the first is 1; 0 for the pattern as a whole. */
    readonly at: number,
    readonly isTooExpensive = false,
  ) {
    super(at > 0 ? `${message} (character ${at} of the pattern)` : message);
  }
}
