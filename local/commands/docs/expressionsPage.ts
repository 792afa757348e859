import { FUNCTIONS, UNDESCRIBED_FUNCTIONS } from '../../../shared/mapping/expression/families/FUNCTIONS';
import type { ExpressionFunction } from '../../../shared/mapping/expression/families/ExpressionFunction';
import { adviceFor, TARGET_ATTRIBUTES, TARGET_NAMES } from '../../../shared/mapping/schema/targetAttributes';
import { FILTER_OPERATORS } from '../../../shared/mapping/scope/filterOperators';

const cell = (text: string): string => text.replaceAll('|', '\\|');
const code = (text: string): string => `\`${text}\``;

/** `Left(String, NumChars)`; optional places end with `?`, repeated ones with `…`. */
function signature({ name, parameters, repeating = 0 }: ExpressionFunction): string {
  const places = parameters.map(
    (parameter, index) =>
      `${parameter.name}${parameter.required ? '' : '?'}${index >= parameters.length - repeating ? '…' : ''}`,
  );
  return `${name}(${places.join(', ')})`;
}

/** docs/expressions.md, from the tables that the evaluator runs on. */
export function expressionsPage(): string {
  const families = [...Map.groupBy(FUNCTIONS, (one) => one.family)].flatMap(([family, functions]) => [
    `### ${family}`,
    '',
    '| function | what it gives | described in |',
    '|---|---|---|',
    ...functions.map((one) => `| ${code(cell(signature(one)))} | ${cell(one.doc)} | ${one.source} |`),
    '',
  ]);
  return [
    '<!-- Made by `npm run docs` from shared/mapping. Do not edit. -->',
    '',
    '# Expressions, filters and target attributes',
    '',
    'How to import and try a mapping: [mapping.md](mapping.md). Where Microsoft’s pages contradict each other:',
    '[decisions/0005](decisions/0005-expression-language.md). Described in: FUN, CS and CUS are the pages listed there.',
    '',
    '## Functions',
    '',
    `${FUNCTIONS.length} functions. \`?\` marks a place that may stay empty, \`…\` one that repeats. Names are taken in any letter case.`,
    '',
    ...families,
    `Named by Microsoft but not described, or for Active Directory only, and therefore refused: ${UNDESCRIBED_FUNCTIONS.map(code).join(', ')}.`,
    '',
    '## Operators of scoping filters',
    '',
    'Letter case, blanks and underscores in a name mean nothing. A missing or empty attribute makes every clause false but `IS NULL`. Of a list, all values must fit.',
    '',
    '| operator | for | holds when |',
    '|---|---|---|',
    ...FILTER_OPERATORS.map(
      (one) => `| ${code(one.name)} | ${one.supportedAttributeTypes.join(', ')} | ${cell(one.doc)} |`,
    ),
    '',
    '## Target attributes',
    '',
    'Letter case, quotes and a SCIM prefix (`urn:ietf:params:scim:schemas:core:2.0:User:`) mean nothing.',
    '',
    '| in the export | in GoTo |',
    '|---|---|',
    ...TARGET_ATTRIBUTES.map((target) => `| ${TARGET_NAMES[target].map(code).join(', ')} | ${code(target)} |`),
    ...['licenseKeys', 'roles', 'groupName', 'externalId', 'displayName', 'password'].map(
      (name) => `| ${code(name)} | ${adviceFor(name)} |`,
    ),
    `| anything else | ${adviceFor('anything else')} |`,
    '',
  ].join('\n');
}
