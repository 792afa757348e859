/** Why a `$filter` cannot be read, and where. */
export class FilterError extends Error {
  /** @param position of the character, 1 at first */
  constructor(
    message: string,
    readonly position: number,
  ) {
    super(message);
    this.name = 'FilterError';
  }
}
