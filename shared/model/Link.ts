import { z } from 'zod';
import { accountAttributesSchema } from './Account';

/** The tie between a person and the GoTo account the connector created or adopted. No link, no write (I07). */
export const linkSchema = z.object({
  key: z.string(),
  origin: z.enum(['created', 'adopted']).catch('adopted'),
  state: z.enum(['active', 'disabled']),
  /** Since when (ms) it has been disabled; null while it is active, and where an earlier release disabled it. */
  disabledAt: z.number().nullable().default(null),
  /** What GoTo held when the connector last wrote or saw it. */
  applied: accountAttributesSchema.extend({
    licenseKeys: z.array(z.string()).readonly(),
    groupKey: z.string().nullable().optional(),
  }),
  /**
   * Licences the connector once gave this account: they are taken from a leaver whatever ROLE_ENTITLEMENTS says today.
   * A link of the first release lacks them.
   */
  given: z.array(z.string()).readonly().default([]),
  /** App roles the person held when the link was last written: which of them got lost needs proof. */
  roleIds: z.array(z.string()).readonly().default([]),
  /** Fields that somebody changed in GoTo and the connector put right, each with how often: twice, and it lets go. */
  repairs: z.record(z.string(), z.number()).default({}),
});

export type Link = Readonly<z.output<typeof linkSchema>>;
