import type { z } from 'zod';
import { ConnectorError } from '../model/ConnectorError';

/** @param what the answer is, in words. @throws ConnectorError ServiceIncompatible for an answer of unknown shape */
export function parseAnswer<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw incompatible(`GoTo answered with a ${what} of unknown shape (${result.error.issues[0]?.path.join('.') ?? ''})`);
}

export const incompatible = (message: string): ConnectorError =>
  new ConnectorError(`${message}. Nothing was written.`, {
    code: 'ServiceIncompatible',
    sent: true,
    repeatable: false,
    scope: 'job',
  });
