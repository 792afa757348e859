import { EvaluationBudget } from '../EvaluationBudget';
import type { ReportEntry, SchemaProblem, SchemaReport } from './SchemaReport';

/** Collects what an import finds, in the order of the schema. */
export class ReportBuilder {
  readonly #entries: ReportEntry[] = [];
  readonly problems: SchemaProblem[] = [];
  /** All patterns of the schema are tried with this one. */
  readonly budget = new EvaluationBudget();

  taken(pointer: string, what: string, why: string): void {
    this.#entries.push({ kind: 'taken', pointer, what, why });
  }

  ignored(pointer: string, what: string, why: string): void {
    this.#entries.push({ kind: 'ignored', pointer, what, why });
  }

  decision(pointer: string, what: string, why: string): void {
    this.#entries.push({ kind: 'decision', pointer, what, why });
  }

  problem(pointer: string, message: string, advice: string): void {
    this.problems.push({ pointer, message, advice });
  }

  get report(): SchemaReport {
    return { entries: this.#entries };
  }
}
