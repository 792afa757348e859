import { sourceAttribute } from '../../model/SourceAttribute';
import { attributesOf, nodesOf, type Expression } from '../expression/Expression';
import { ExpressionError } from '../expression/ExpressionError';
import { lintExpression } from '../expression/lintExpression';
import { printExpression } from '../expression/printExpression';
import type { AttributeMapping, Flow } from './AttributeMapping';
import type { ReportBuilder } from './ReportBuilder';
import { sourceExpression } from './sourceExpression';
import type { SchemaAttributeMapping } from './SynchronizationSchema';
import { adviceFor, findTargetAttribute, type TargetAttribute } from './targetAttributes';

const FLOWS: Readonly<Record<SchemaAttributeMapping['flowType'], Flow>> = {
  Always: 'always',
  ObjectAddOnly: 'creation',
  AttributeAddOnly: 'ifEmpty',
  // These two speak of values of a list; GoTo's attributes have one value each.
  MultiValueAddOnly: 'always',
  ValueAddOnly: 'always',
};

const WHEN: Readonly<Record<Flow, string>> = {
  always: 'always',
  creation: 'only into a new account',
  ifEmpty: 'only while the account has no value',
};

/** Takes over each mapping that GoTo has an attribute for; more than one for the same attribute is settled afterwards. */
export function importAttributeMappings(
  mappings: readonly SchemaAttributeMapping[],
  pointer: string,
  builder: ReportBuilder,
): readonly AttributeMapping[] {
  const taken = mappings.flatMap((mapping, index): AttributeMapping[] => {
    const own = `${pointer}/${index}`;
    const imported = importOne(mapping, own, builder);
    return imported === null ? [] : [imported];
  });
  return onePerTarget(taken, builder);
}

function importOne(mapping: SchemaAttributeMapping, pointer: string, builder: ReportBuilder): AttributeMapping | null {
  const targetName = mapping.targetAttributeName;
  const defaultValue =
    mapping.defaultValue === null || mapping.defaultValue === undefined ? null : textOfDefault(mapping.defaultValue);
  let expression: Expression | null;
  try {
    expression = mapping.source === null || mapping.source === undefined ? null : sourceExpression(mapping.source);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    reportBadExpression(error.message, targetName, `${pointer}/source/expression`, builder);
    return null;
  }
  const what = described(expression, defaultValue, targetName);
  const target = findTargetAttribute(targetName);
  if (target === undefined) {
    builder.decision(pointer, what, adviceFor(targetName));
    return null;
  }
  if (expression === null && (defaultValue === null || defaultValue === '')) {
    builder.ignored(pointer, what, 'The mapping has neither a source nor a default value.');
    return null;
  }
  if (expression !== null && !isUsable(expression, target, mapping, targetName, pointer, builder)) return null;
  const flow: Flow = expression === null ? 'ifEmpty' : FLOWS[mapping.flowType];
  if (mapping.flowType === 'MultiValueAddOnly' || mapping.flowType === 'ValueAddOnly') {
    builder.decision(
      pointer,
      what,
      `${mapping.flowType} speaks of lists; GoTo’s ${target} has one value and is always written.`,
    );
  }
  return {
    target,
    targetName,
    expression,
    defaultValue,
    flow,
    matchingPriority: (mapping.matchingPriority ?? 0) > 0 ? (mapping.matchingPriority ?? null) : null,
    redacted:
      expression !== null && [...nodesOf(expression)].some((node) => node.kind === 'call' && node.name === 'Redact'),
    pointer,
  };
}

const textOfDefault = (value: string | number | boolean): string =>
  typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value);

const defaultNote = ({ defaultValue, expression }: AttributeMapping): string =>
  defaultValue === null || defaultValue === '' || expression === null
    ? ''
    : ' The default value goes into new accounts only, as Entra documents it.';

/** `[surname] → name.familyName` */
function described(expression: Expression | null, defaultValue: string | null, targetName: string): string {
  const constant = defaultValue === null ? '(nothing)' : JSON.stringify(defaultValue);
  return `${expression === null ? constant : printExpression(expression)} → ${targetName}`;
}

/** A target that GoTo does not have cannot stop an import, however wrong its expression is. */
function reportBadExpression(message: string, targetName: string, pointer: string, builder: ReportBuilder): void {
  if (findTargetAttribute(targetName) === undefined) {
    builder.ignored(pointer, targetName, `${adviceFor(targetName)} (Its expression is wrong, too: ${message})`);
  } else {
    builder.problem(
      pointer,
      `${targetName}: ${message}`,
      'Correct the expression. POST …/schema/parseExpression tries it.',
    );
  }
}

function isUsable(
  expression: Expression,
  target: TargetAttribute,
  mapping: SchemaAttributeMapping,
  targetName: string,
  pointer: string,
  builder: ReportBuilder,
): boolean {
  let usable = true;
  const own = `${pointer}/source/expression`;
  for (const { severity, message, at, changesEachTime } of lintExpression(expression, builder.budget)) {
    const text = `${targetName}: ${message}${at > 0 ? ` (character ${at})` : ''}`;
    if (severity === 'error') {
      builder.problem(own, text, 'Correct the expression. POST …/schema/parseExpression tries it.');
      usable = false;
    } else if (!(mapping.flowType === 'ObjectAddOnly' && changesEachTime === true)) {
      builder.decision(own, targetName, text);
    }
  }
  if ([...nodesOf(expression)].some((node) => node.kind === 'call' && node.name === 'SelectUniqueValue')) {
    builder.problem(
      own,
      `${targetName}: SelectUniqueValue is not possible towards GoTo.`,
      `The only unique attribute of a GoTo account is its e-mail address, which also matches people to accounts. Map ${target} by another function.`,
    );
    usable = false;
  }
  for (const name of attributesOf(expression)) {
    if (sourceAttribute(name) !== undefined) continue;
    builder.problem(
      own,
      `${targetName}: Entra keeps no attribute "${name}" with a user.`,
      'Check the spelling; names are case-sensitive. Relations such as manager cannot be mapped to GoTo.',
    );
    usable = false;
  }
  return usable;
}

/** Of several mappings to one GoTo attribute the matching one wins, then the first. */
function onePerTarget(mappings: readonly AttributeMapping[], builder: ReportBuilder): readonly AttributeMapping[] {
  const rank = (mapping: AttributeMapping): number => mapping.matchingPriority ?? Number.MAX_SAFE_INTEGER;
  const chosen: AttributeMapping[] = [];
  for (const own of Map.groupBy(mappings, (mapping) => mapping.target).values()) {
    const [first, ...others] = own.toSorted((a, b) => rank(a) - rank(b));
    if (first === undefined) continue;
    chosen.push(first);
    for (const other of others) {
      if (other.target === 'email' && other.matchingPriority !== null) {
        chosen.push(other);
        builder.decision(
          other.pointer,
          other.targetName,
          `Looked for when no account has the address of ${first.targetName}; the address that is written is that of ${first.targetName}.`,
        );
      } else {
        builder.decision(
          other.pointer,
          other.targetName,
          `GoTo has one ${other.target}; it is taken from ${first.targetName}. Remove one of the two.`,
        );
      }
    }
  }
  for (const mapping of chosen) {
    const isMatchingOnly = chosen.find((one) => one.target === mapping.target) !== mapping;
    if (isMatchingOnly) continue;
    builder.taken(
      mapping.pointer,
      described(mapping.expression, mapping.defaultValue, mapping.targetName),
      `Written to GoTo’s ${mapping.target}, ${WHEN[mapping.flow]}.${defaultNote(mapping)}`,
    );
    if (mapping.matchingPriority === null || mapping.target === 'email') continue;
    builder.decision(
      mapping.pointer,
      mapping.targetName,
      'GoTo accounts are matched by e-mail address only; this one is not used for matching.',
    );
  }
  return chosen;
}
