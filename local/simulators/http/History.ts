/** A value with its past, so that a read can be served as old as a lagging replica would serve it. */
export class History<T> {
  readonly #versions: { readonly at: number; readonly value: T }[] = [];

  constructor(at: number, value: T) {
    this.#versions.push({ at, value });
  }

  set(at: number, value: T): void {
    this.#versions.push({ at, value });
  }

  get latest(): T {
    return (this.#versions.at(-1) as { value: T }).value;
  }

  /** The value as of a moment; undefined before the first. */
  at(moment: number): T | undefined {
    for (let index = this.#versions.length - 1; index >= 0; index -= 1) {
      const version = this.#versions[index];
      if (version !== undefined && version.at <= moment) return version.value;
    }
    return undefined;
  }
}
