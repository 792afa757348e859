/** What Graph's answers look like, as far as the connector reads them. */
import { z } from 'zod';
import { ConnectorError } from '../model/ConnectorError';

/** One page of a list or a delta. */
export const pageShape = z.object({
  value: z.array(z.record(z.string(), z.unknown())),
  '@odata.nextLink': z.string().optional(),
  '@odata.deltaLink': z.string().optional(),
});
export type GraphPage = z.output<typeof pageShape>;

export const userShape = z.record(z.string(), z.unknown());

export const appShape = z.object({
  id: z.string(),
  displayName: z.string().nullish(),
  accountEnabled: z.boolean().nullish(),
  appRoles: z
    .array(
      z.object({
        id: z.string(),
        displayName: z.string().nullish(),
        value: z.string().nullish(),
        isEnabled: z.boolean().nullish(),
      }),
    )
    .default([]),
});

export const assignmentShape = z.object({
  principalId: z.string(),
  principalType: z.string(),
  appRoleId: z.string(),
  resourceId: z.string().nullish(),
  createdDateTime: z.string().nullish(),
});

export const removedShape = z.object({ id: z.string(), '@removed': z.object({ reason: z.string() }).optional() });

export const memberDeltaShape = z.object({
  id: z.string(),
  displayName: z.string().nullish(),
  '@removed': z.object({ reason: z.string() }).optional(),
  'members@delta': z
    .array(
      z.object({ '@odata.type': z.string().optional(), id: z.string(), '@removed': z.object({}).loose().optional() }),
    )
    .default([]),
});

export const batchShape = z.object({
  responses: z.array(
    z.object({
      id: z.string(),
      status: z.number(),
      headers: z.record(z.string(), z.unknown()).nullish(),
      // A part may fail without a body.
      body: z.unknown().optional(),
    }),
  ),
});

/**
 * @param what names the answer in the error text
 * @throws ConnectorError ServiceIncompatible when the value has another shape
 */
export function parseShape<S extends z.ZodType>(shape: S, value: unknown, what: string): z.output<S> {
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  throw incompatible(
    `Graph answered with a ${what} of unknown shape (${result.error.issues[0]?.path.join('.') ?? ''})`,
  );
}

/** Graph behaves in a way this release does not know. @param message without the full stop */
export const incompatible = (message: string): ConnectorError =>
  new ConnectorError(`${message}. Nothing was changed; the next cycle tries again.`, {
    code: 'ServiceIncompatible',
    sent: true,
    repeatable: false,
    scope: 'job',
  });
