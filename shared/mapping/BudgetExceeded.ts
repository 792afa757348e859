/** An evaluation that would take more time or memory than one may have. Its message says what to do. */
export class BudgetExceeded extends Error {
  override readonly name = 'BudgetExceeded';

  constructor(readonly what: 'time' | 'memory') {
    super(
      `this takes more ${what} than one evaluation may have; shorten the texts, write fewer and simpler regular expressions, or smaller counts in them.`,
    );
  }
}
