/** `npm run mapping -- check export.json [--user user.json]`: the report, and the values for one user, as text. */
import pc from 'picocolors';
import { attributeValueOf } from '../../../shared/mapping/expression/attributeValueOf';
import { ExpressionError } from '../../../shared/mapping/expression/ExpressionError';
import { printValue } from '../../../shared/mapping/expression/printValue';
import { importSchema } from '../../../shared/mapping/schema/importSchema';
import type { SchemaMapping } from '../../../shared/mapping/schema/SchemaMapping';
import type { AttributeValue, Person } from '../../../shared/model/Person';
import { REASONS } from '../../../shared/model/Reason';

const TITLES = { taken: 'Taken over', ignored: 'Ignored', decision: 'Needs your decision' } as const;
const COLORS = { taken: pc.green, ignored: pc.dim, decision: pc.yellow } as const;

export interface Check {
  readonly ok: boolean;
  readonly lines: readonly string[];
}

/** @param user attributes of one user by Entra's names, or undefined */
export function checkSchema(
  schema: unknown,
  user: Readonly<Record<string, unknown>> | undefined,
  nowMs: number,
): Check {
  const imported = importSchema(schema);
  const lines: string[] = [];
  for (const kind of ['taken', 'decision', 'ignored'] as const) {
    const entries = imported.report.entries.filter((entry) => entry.kind === kind);
    if (entries.length === 0) continue;
    lines.push('', pc.bold(COLORS[kind](`${TITLES[kind]} (${entries.length})`)));
    for (const { what, why, pointer } of entries) lines.push(`  ${what}`, `    ${why}`, pc.dim(`    ${pointer}`));
  }
  if (!imported.ok) {
    lines.push('', pc.bold(pc.red(`Problems (${imported.problems.length}): the schema cannot be used`)));
    for (const { pointer, message, advice } of imported.problems) {
      lines.push(`  ${message}`, `    ${advice}`, pc.dim(`    ${pointer || '/'}`));
    }
    return { ok: false, lines };
  }
  lines.push('', pc.green('The schema can be used.'));
  if (user !== undefined) lines.push('', pc.bold('For this user'), ...valuesFor(imported.mapping, user, nowMs));
  return { ok: true, lines };
}

function valuesFor(mapping: SchemaMapping, user: Readonly<Record<string, unknown>>, nowMs: number): readonly string[] {
  const person: Person = { id: 'user', attributes: attributesOf(user) };
  const roles = printValue(attributeValueOf(user['appRoleAssignments']));
  const facts = {
    appRoles: [roles ?? []]
      .flat(20)
      .flatMap((name) =>
        typeof name === 'string' ? [{ id: '', displayName: name, value: name, isEnabled: true }] : [],
      ),
    isSoftDeleted: user['IsSoftDeleted'] === true,
    nowMs,
  };
  const width = Math.max(...mapping.attributes.map((one) => one.targetName.length));
  const lines = mapping.attributes.map((one) => {
    const name = one.targetName.padEnd(width);
    try {
      const value = mapping.valueOf(one, person, facts);
      if (value.kind !== 'text') return `  ${name}  ${pc.dim('(no value: nothing is written)')}`;
      return `  ${name}  ${JSON.stringify(value.text)}${value.isDefault ? pc.dim(' (default value)') : ''}`;
    } catch (error) {
      if (error instanceof ExpressionError) return `  ${name}  ${pc.red(error.message)}`;
      throw error;
    }
  });
  const mapped = mapping.map(person, facts);
  const outcome =
    mapped.kind === 'active'
      ? `In GoTo: ${JSON.stringify(mapped.attributes)}`
      : `${mapped.kind === 'inactive' ? 'Disabled' : 'Left alone'}: ${REASONS[mapped.reason]}${mapped.kind === 'leave' && mapped.detail !== undefined ? ` ${mapped.detail}` : ''}`;
  return [...lines, '', `  ${outcome}`];
}

function attributesOf(user: Readonly<Record<string, unknown>>): Record<string, AttributeValue> {
  const attributes: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(user)) {
    if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number' || value === null) {
      attributes[name] = value;
    } else if (typeof value === 'bigint') attributes[name] = value.toString();
    else if (Array.isArray(value)) attributes[name] = value.map(String);
  }
  return attributes;
}
