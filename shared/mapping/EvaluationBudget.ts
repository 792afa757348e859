import { BudgetExceeded } from './BudgetExceeded';

/** A step is 20 to 60 ns of a core: a tenth of a second. */
const MAX_STEPS = 2_000_000;
/** Added up over everything that is built, whether it is still needed or not. */
const MAX_BYTES = 12_000_000;

/**
 * What one evaluation may cost: a person against a whole mapping, an expression that is tried, the patterns of a schema
 * that is imported. There is one budget for all its patterns and texts, because many that are bearable each are not so
 * together (a worker that computes answers nobody else). Steps and bytes are counted, not measured: the same input always
 * has the same end.
 */
export class EvaluationBudget {
  #steps = MAX_STEPS;
  #bytes = MAX_BYTES;

  /** Spent so far, for what is kept and used again at the same price. */
  get spent(): { readonly steps: number; readonly bytes: number } {
    return { steps: MAX_STEPS - this.#steps, bytes: MAX_BYTES - this.#bytes };
  }

  /** @throws BudgetExceeded before more is used than there is */
  spend(steps: number, bytes = 0): void {
    this.#steps -= steps;
    this.#bytes -= bytes;
    if (this.#steps < 0) throw new BudgetExceeded('time');
    if (this.#bytes < 0) throw new BudgetExceeded('memory');
  }

  /** For a text that is gone through or built: a step and two bytes a UTF-16 unit. */
  spendText(length: number): void {
    this.spend(length, length * 2);
  }

  /**
   * For looking for a text in another. Node compares up to the whole of it at every place: 50,000 in 100,000 characters
   * are seconds.
   */
  spendSearch(length: number, sought: number): void {
    this.spend(length + (length * sought) / 16);
  }
}
