/** What became of each part of an imported schema. */
export interface SchemaReport {
  readonly entries: readonly ReportEntry[];
}

export interface ReportEntry {
  /** Decision: it works, but somebody should look at it. */
  readonly kind: 'taken' | 'ignored' | 'decision';
  /** JSON pointer (RFC 6901) into the schema. */
  readonly pointer: string;
  /** Entra's names: `userPrincipalName → userName`. */
  readonly what: string;
  /** What it became, or why not, and what to do. */
  readonly why: string;
}

/** What makes a schema unusable. */
export interface SchemaProblem {
  readonly pointer: string;
  readonly message: string;
  readonly advice: string;
}
