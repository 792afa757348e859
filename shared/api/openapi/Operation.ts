import type { z } from 'zod';

/** What a client has to know of a route beside its address. */
export interface Operation {
  /** One line. */
  readonly summary: string;
  readonly status: 200 | 202 | 204;
  /** Null: no body. */
  readonly answer: z.ZodType | null;
  readonly body?: z.ZodType;
  readonly query?: readonly QueryParameter[];
  readonly headers?: readonly QueryParameter[];
  /** All of it is there as a table too, for `Accept: text/csv`. */
  readonly alsoCsv?: true;
}

export interface QueryParameter {
  readonly name: string;
  readonly description: string;
}
