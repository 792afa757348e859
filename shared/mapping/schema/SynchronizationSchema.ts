/**
 * Graph's synchronizationSchema as the portal and Graph export it, old and new (entra-provisioning.md 2.6). Only what the
 * connector reads is described; unknown keys stay. Almost everything may be missing in an older export.
 */
import { z } from 'zod';

/** An enumeration that is a word in exports and sometimes a number; letter case means nothing. */
const enumeration = <const T extends readonly string[]>(names: T) =>
  z.union([z.string(), z.number()]).transform((value, context): T[number] => {
    const found =
      typeof value === 'number'
        ? names[value]
        : names.find((name) => name.toLowerCase() === value.trim().toLowerCase());
    if (found !== undefined) return found;
    context.addIssue({ code: 'custom', message: `is none of ${names.join(', ')}` });
    return z.NEVER;
  });

const text = z.string().nullish();
const list = <S extends z.ZodType>(item: S) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);

export interface MappingSource {
  readonly expression?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly type?: 'Attribute' | 'Constant' | 'Function' | undefined;
  readonly parameters: readonly { readonly key: string; readonly value: MappingSource | null }[];
}

const source: z.ZodType<MappingSource> = z.lazy(() =>
  z.looseObject({
    expression: text,
    name: text,
    type: enumeration(['Attribute', 'Constant', 'Function'] as const).optional(),
    parameters: list(z.looseObject({ key: z.string(), value: source.nullish().transform((value) => value ?? null) })),
  }),
);

const filterClause = z.looseObject({
  operatorName: z.string(),
  sourceOperandName: z.string(),
  targetOperand: z
    .looseObject({
      values: list(
        z.union([z.string(), z.number(), z.boolean(), z.null()], 'must be a text, a number, true, false or null'),
      ),
    })
    .nullish(),
});
const filterGroup = z.looseObject({ name: text, clauses: list(filterClause) });
export const scopingFilterSchema = z.looseObject({
  groups: list(filterGroup),
  inputFilterGroups: list(filterGroup),
  categoryFilterGroups: list(filterGroup),
});

const attributeMapping = z.looseObject({
  targetAttributeName: z.string(),
  source: source.nullish(),
  defaultValue: z.union([z.string(), z.number(), z.boolean()]).nullish(),
  flowType: enumeration(['Always', 'ObjectAddOnly', 'MultiValueAddOnly', 'ValueAddOnly', 'AttributeAddOnly'] as const)
    .nullish()
    .transform((value) => value ?? 'Always'),
  flowBehavior: enumeration(['FlowWhenChanged', 'FlowAlways'] as const)
    .nullish()
    .transform((value) => value ?? 'FlowWhenChanged'),
  matchingPriority: z.number().int().nullish(),
  exportMissingReferences: z.boolean().nullish(),
});

const objectMapping = z.looseObject({
  name: text,
  enabled: z.boolean().nullish(),
  flowTypes: z.union([z.string(), z.number()]).nullish(),
  sourceObjectName: text,
  targetObjectName: text,
  scope: scopingFilterSchema.nullish(),
  attributeMappings: list(attributeMapping),
});

const rule = z.looseObject({
  id: text,
  name: text,
  priority: z.number().nullish(),
  sourceDirectoryName: text,
  targetDirectoryName: text,
  objectMappings: list(objectMapping),
});

export const synchronizationSchema = z.looseObject({
  id: text,
  version: text,
  synchronizationRules: z.array(rule),
  directories: list(z.looseObject({ id: text, name: text })),
});

export type SynchronizationSchema = z.output<typeof synchronizationSchema>;
export type SynchronizationRule = SynchronizationSchema['synchronizationRules'][number];
export type ObjectMapping = z.output<typeof objectMapping>;
export type SchemaAttributeMapping = z.output<typeof attributeMapping>;
export type SchemaScopingFilter = z.output<typeof scopingFilterSchema>;
