/** Bytes, as the budget counts them: a hundred patterns of a mapping are far below, one with large counts is near. */
const MAX_BYTES = 4_000_000;

interface Weighed {
  readonly price: { readonly bytes: number };
}

/** Compiled patterns by their text, bounded by what they weigh; the longest unused go first. */
export class PatternCache<P extends Weighed> {
  readonly #patterns = new Map<string, P>();
  #bytes = 0;

  get(text: string): P | undefined {
    const found = this.#patterns.get(text);
    if (found === undefined) return undefined;
    // A Map keeps the order of insertion.
    this.#patterns.delete(text);
    this.#patterns.set(text, found);
    return found;
  }

  add(text: string, pattern: P): void {
    this.#patterns.set(text, pattern);
    this.#bytes += pattern.price.bytes;
    for (const [oldest, { price }] of this.#patterns) {
      if (this.#bytes <= MAX_BYTES) return;
      this.#patterns.delete(oldest);
      this.#bytes -= price.bytes;
    }
  }
}
