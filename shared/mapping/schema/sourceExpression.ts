import type { Expression } from '../expression/Expression';
import { checkCall } from '../expression/checkCall';
import { ExpressionError } from '../expression/ExpressionError';
import { findFunction } from '../expression/families/FUNCTIONS';
import { parseExpression } from '../expression/parseExpression';
import { parameterAt } from '../expression/Arguments';
import type { MappingSource } from './SynchronizationSchema';

/** Trees deeper than this are refused; the text may be just as deep. */
const MAX_TREE_DEPTH = 250;

/**
 * The expression of an attributeMappingSource. Its text is trusted over its tree, because the tree leaves omitted
 * arguments out (entra-provisioning.md 2.6). A hand-written schema may have the tree alone.
 *
 * @returns null when there is no source at all
 * @throws ExpressionError
 */
export function sourceExpression(source: MappingSource, depth = 0): Expression | null {
  if (depth > MAX_TREE_DEPTH) throw new ExpressionError('The tree is nested too deeply.', { code: 'TooDeep', at: 0 });
  const text = source.expression?.trim() ?? '';
  const name = source.name ?? '';
  if (source.type === 'Constant') return constantOf(text, name);
  if (text !== '') return parseExpression(text);
  if (name === '') return null;
  if (source.type === 'Function') return callOf(source, name, depth);
  return { kind: 'attribute', name: name.replace(/^\[(.*)\]$/u, '$1'), at: 0 };
}

/** Exports quote a constant's text; hand-written ones often do not. */
function constantOf(text: string, name: string): Expression {
  if (text.startsWith('"')) {
    const parsed = parseExpression(text);
    if (parsed.kind === 'constant') return parsed;
  }
  return { kind: 'constant', form: 'text', value: text === '' ? name : text, at: 0 };
}

function callOf(source: MappingSource, name: string, depth: number): Expression {
  const definition = findFunction(name);
  if (definition === undefined) return checkCall(name, [], 0);
  const args: (Expression | null)[] = [];
  for (const { key, value } of source.parameters) {
    const expression = value === null ? null : sourceExpression(value, depth + 1);
    args[placeOf(definition.name, key, args)] = expression;
  }
  return checkCall(
    name,
    Array.from(args, (arg) => arg ?? null),
    0,
  );
}

/** The next free place with this key; repeated keys (Switch's switchValue, Join's source) come one after the other. */
function placeOf(functionName: string, key: string, filled: readonly unknown[]): number {
  const definition = findFunction(functionName);
  if (definition === undefined) return filled.length;
  const { parameters, repeating = 0 } = definition;
  const fixed = parameters.length - repeating;
  const exact = parameters.slice(0, fixed).findIndex((one) => one.name.toLowerCase() === key.toLowerCase());
  if (exact >= 0) return exact;
  for (let place = fixed; place < fixed + filled.length + parameters.length; place += 1) {
    const parameter = parameterAt(definition, place);
    if (place in filled || parameter === undefined) continue;
    if (repeating > 0 || parameter.toLowerCase() === key.toLowerCase()) return place;
  }
  return Math.max(filled.length, fixed);
}
