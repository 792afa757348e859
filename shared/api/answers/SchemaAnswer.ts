import { z } from 'zod';

const finding = z.strictObject({ pointer: z.string(), what: z.string(), why: z.string() });

export const schemaChangedAnswerSchema = z
  .strictObject({
    version: z.string().nullable().meta({ description: 'Null with dryRun: nothing was stored.' }),
    cycleId: z.string().nullable().meta({ description: 'The cycle that evaluates everybody anew.' }),
    forecast: z
      .looseObject({ hash: z.string(), confirmationRequired: z.boolean() })
      .meta({ description: 'What the mapping does to people; its hash confirms it.' }),
    report: z
      .strictObject({ taken: z.array(finding), ignored: z.array(finding), needsDecision: z.array(finding) })
      .optional(),
  })
  .meta({ id: 'SchemaChanged' });

export const schemaVersionsAnswerSchema = z
  .strictObject({
    value: z.array(
      z.strictObject({
        id: z.string(),
        createdDateTime: z.iso.datetime().nullable(),
        isActive: z.boolean(),
        location: z.string(),
      }),
    ),
  })
  .meta({ id: 'SchemaVersions' });

export const parsedAnswerSchema = z
  .strictObject({
    parsingSucceeded: z.boolean(),
    evaluationSucceeded: z.boolean(),
    evaluationResult: z.array(z.string()),
    parsedExpression: z.looseObject({ expression: z.string() }).nullable(),
    testInputObject: z
      .strictObject({ properties: z.array(z.strictObject({ key: z.string(), value: z.unknown() })) })
      .meta({ description: 'What it was tried on: of a user, what Entra says.' }),
    error: z
      .strictObject({
        code: z.string(),
        message: z.string(),
        target: z.string().nullable(),
        position: z.int(),
      })
      .nullable(),
  })
  .meta({ id: 'ParseExpressionResponse' });

export const functionsAnswerSchema = z
  .strictObject({
    value: z.array(
      z.strictObject({
        name: z.string(),
        family: z.string(),
        description: z.string(),
        documentedBy: z.string(),
        parameters: z.array(
          z.strictObject({
            name: z.string(),
            required: z.boolean(),
            allowMultipleOccurrences: z.boolean(),
            type: z.string(),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'Functions' });

export const filterOperatorsAnswerSchema = z
  .strictObject({
    value: z.array(
      z.strictObject({
        name: z.string(),
        arity: z.string(),
        description: z.string(),
        multivaluedComparisonType: z.string(),
        supportedAttributeTypes: z.array(z.string()),
      }),
    ),
  })
  .meta({ id: 'FilterOperators' });
