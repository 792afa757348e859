import { z } from 'zod';
import { accountAttributesSchema } from './Account';
import { reasonSchema } from './Reason';

const attributeName = accountAttributesSchema.keyof();

/** Attributes that are not always written: only into a new account, or only while the account has no value. */
export const attributeFlowsSchema = z.partialRecord(attributeName, z.enum(['creation', 'ifEmpty']));
export type AttributeFlows = Readonly<z.output<typeof attributeFlowsSchema>>;

const activeSchema = z.object({
  kind: z.literal('active'),
  /** An empty text stands for a required attribute that the mapping gives no value. */
  attributes: accountAttributesSchema,
  licenseKeys: z.array(z.string()).readonly(),
  flows: attributeFlowsSchema.optional(),
  /** The name of the person's user group; where it is undefined, the group is left alone. */
  group: z.string().optional(),
  /** Its key in GoTo, as far as it is known. */
  groupKey: z.string().optional(),
  /** Further addresses to look for the account by, in order of precedence. */
  matching: z.array(z.string()).readonly().optional(),
  /** Attributes whose values the provisioning log does not show. */
  redacted: z.array(attributeName).readonly().optional(),
  /** Actions that the mapping switches off. */
  switchedOff: z
    .array(z.enum(['create', 'update']))
    .readonly()
    .optional(),
});

/** What should be true of one person in GoTo, as computed from Entra alone. */
export const desiredSchema = z.discriminatedUnion('kind', [
  activeSchema,
  z.object({ kind: z.literal('inactive'), reason: reasonSchema }),
  /** In doubt: access is neither given nor taken, it is reported (I17). */
  z.object({ kind: z.literal('leave'), reason: reasonSchema, detail: z.string().optional() }),
]);

export type Desired = Readonly<z.output<typeof desiredSchema>>;
export type DesiredActive = Extract<Desired, { kind: 'active' }>;

/** Addresses to look for an account by, in order of precedence. */
export const matchingAddresses = (desired: DesiredActive): readonly string[] => [
  desired.attributes.email,
  ...(desired.matching ?? []),
];
