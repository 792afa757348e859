/** Who the connector was last authorized as, known to all processes: a row in a table, without any secret. */
export interface Authorizations {
  /** @returns the id of the last one; undefined when nobody authorized the connector in the browser */
  current(): Promise<string | undefined>;
  /** Another one: each process signs in anew. @param atMs in ms since the epoch */
  replace(atMs: number): Promise<void>;
}
