/**
 * Entra's exported schema → a mapping that runs, and a report of what became of each part. Nothing is guessed in silence:
 * what is not taken is in the report, and what cannot work is a problem with its JSON pointer.
 */
import { isNestedDeeper } from '../../model/isNestedDeeper';
import { sourceAttribute } from '../../model/SourceAttribute';
import { importAttributeMappings } from './importAttributeMappings';
import { importFilter } from './importFilter';
import { ReportBuilder } from './ReportBuilder';
import { SchemaMapping, type ObjectFlow } from './SchemaMapping';
import type { SchemaProblem, SchemaReport } from './SchemaReport';
import { synchronizationSchema, type ObjectMapping, type SynchronizationRule } from './SynchronizationSchema';
import type { TargetAttribute } from './targetAttributes';

export type Imported =
  | { readonly ok: true; readonly mapping: SchemaMapping; readonly report: SchemaReport }
  | { readonly ok: false; readonly problems: readonly SchemaProblem[]; readonly report: SchemaReport };

/** Exports nest deeper than this only when somebody means harm; JSON.parse itself knows no limit. */
const MAX_DEPTH = 1_000;

/** @param json the schema as JSON.parse gives it */
export function importSchema(json: unknown): Imported {
  const builder = new ReportBuilder();
  const mapping = read(json, builder);
  if (mapping !== null && builder.problems.length === 0) return { ok: true, mapping, report: builder.report };
  return { ok: false, problems: builder.problems, report: builder.report };
}

function read(json: unknown, builder: ReportBuilder): SchemaMapping | null {
  if (isNestedDeeper(json, MAX_DEPTH)) {
    builder.problem(
      '',
      `The JSON is nested more than ${MAX_DEPTH} levels deep.`,
      'Upload the file as Entra exported it.',
    );
    return null;
  }
  const parsed = synchronizationSchema.safeParse(json);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      builder.problem(
        pointerOf(issue.path),
        issue.message,
        'Upload the schema as Entra or Graph exports it (“Review your schema here”).',
      );
    }
    return null;
  }
  const found = findObjectMapping(parsed.data.synchronizationRules, builder);
  if (found === null) return null;
  const { objectMapping, pointer } = found;
  const problemsBefore = builder.problems.length;
  const filter = importFilter(
    objectMapping.scope,
    `${pointer}/scope`,
    builder,
    (name) => sourceAttribute(name) !== undefined,
  );
  const attributes = importAttributeMappings(objectMapping.attributeMappings, `${pointer}/attributeMappings`, builder);
  const flow = flowOf(objectMapping, pointer, builder);
  // A mapping that was refused is no missing one: its own problem says what to do.
  if (builder.problems.length > problemsBefore) return null;
  const required: readonly TargetAttribute[] = ['email', 'firstName', 'lastName'];
  for (const target of required) {
    if (attributes.some((attribute) => attribute.target === target && attribute.expression !== null)) continue;
    builder.problem(
      `${pointer}/attributeMappings`,
      `No mapping fills GoTo’s ${target}.`,
      `GoTo needs it for every account. Map a source to ${NAME_OF[target]}.`,
    );
  }
  if (!attributes.some((attribute) => attribute.target === 'active')) {
    builder.decision(
      pointer,
      'active',
      'Nothing maps to active, so people who leave keep their GoTo account, as in Entra. Map Switch([IsSoftDeleted], , "False", "True", "True", "False") to active to disable them.',
    );
  }
  if (!attributes.some((attribute) => attribute.matchingPriority !== null && attribute.target === 'email')) {
    builder.decision(
      pointer,
      'matching',
      'No mapping to an e-mail address is marked for matching; accounts are matched by the address that is written.',
    );
  }
  return new SchemaMapping(attributes, filter, flow);
}

const NAME_OF: Readonly<Partial<Record<TargetAttribute, string>>> = {
  email: 'userName',
  firstName: 'name.givenName',
  lastName: 'name.familyName',
};

/** Names under which Entra itself stands in exports, old and new. */
const ENTRA = /^(?:azure active directory|microsoft entra id|entra id|azure ad)$/iu;
const USER = /^user$/iu;

/** The one mapping from Entra's users to the target's; everything else is reported. */
function findObjectMapping(
  rules: readonly SynchronizationRule[],
  builder: ReportBuilder,
): { readonly objectMapping: ObjectMapping; readonly pointer: string } | null {
  const ordered = [...rules.entries()].sort(([, a], [, b]) => (a.priority ?? 0) - (b.priority ?? 0));
  let chosen: { readonly objectMapping: ObjectMapping; readonly pointer: string } | null = null;
  for (const [index, rule] of ordered) {
    const isReverse = ENTRA.test(rule.targetDirectoryName ?? '') && !ENTRA.test(rule.sourceDirectoryName ?? '');
    for (const [at, objectMapping] of rule.objectMappings.entries()) {
      const pointer = `/synchronizationRules/${index}/objectMappings/${at}`;
      const what = `${objectMapping.sourceObjectName ?? ''} → ${objectMapping.targetObjectName ?? ''}`;
      if (isReverse)
        builder.ignored(
          pointer,
          what,
          'The rule runs from the application to Entra; the connector writes to GoTo only.',
        );
      else if (objectMapping.enabled === false) builder.ignored(pointer, what, 'The mapping is switched off.');
      else if (!USER.test(objectMapping.sourceObjectName ?? ''))
        builder.ignored(pointer, what, 'Only mappings of users are provisioned; members of assigned groups are users.');
      else if (chosen !== null)
        builder.decision(
          pointer,
          what,
          `A second mapping of users: only ${chosen.pointer} is used. Join them by expressions.`,
        );
      else {
        builder.taken(pointer, what, 'The mapping of users.');
        chosen = { objectMapping, pointer };
      }
    }
  }
  if (chosen === null) {
    builder.problem(
      '/synchronizationRules',
      'No rule from Entra to the application has an enabled mapping of users.',
      'Enable the mapping “User” and export again.',
    );
  }
  return chosen;
}

/** `flowTypes`: words or the sum of Add 1, Update 2, Delete 4; all when missing. */
function flowOf(objectMapping: ObjectMapping, pointer: string, builder: ReportBuilder): ObjectFlow {
  const { flowTypes } = objectMapping;
  const has = (word: string, bit: number): boolean =>
    flowTypes === null || flowTypes === undefined
      ? true
      : typeof flowTypes === 'number'
        ? (flowTypes & bit) !== 0
        : flowTypes.split(/[\s,]+/u).some((one) => one.toLowerCase() === word);
  const flow: ObjectFlow = { create: has('add', 1), update: has('update', 2), delete: has('delete', 4) };
  const off = [
    ...(flow.create ? [] : ['create']),
    ...(flow.update ? [] : ['update and disable']),
    ...(flow.delete ? [] : ['delete']),
  ];
  if (off.length > 0) {
    builder.decision(
      `${pointer}/flowTypes`,
      String(flowTypes),
      `Switched off in Entra, so the connector does not ${off.join(', nor ')} accounts.`,
    );
  }
  return flow;
}

/** RFC 6901. */
const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
