/**
 * The syntax tree of one attribute mapping expression.
 * `at` is the position in the text (first character = 1); trees built by other means carry 0.
 */
export type Expression = AttributeReference | Constant | Keyword | Call | Operation;

/** `[mail]`: a source attribute; names are case-sensitive (CUS). */
export interface AttributeReference {
  readonly kind: 'attribute';
  readonly name: string;
  readonly at: number;
}

/** A quoted text, or a number as it was written (`8`, `-1`, `&HF`). */
export interface Constant {
  readonly kind: 'constant';
  readonly form: 'text' | 'number';
  readonly value: string;
  readonly at: number;
}

/** A bare word that is neither text nor number, such as `vbTextCompare`. */
export interface Keyword {
  readonly kind: 'keyword';
  readonly name: KeywordName;
  readonly at: number;
}

export interface Call {
  readonly kind: 'call';
  /** As in the function table, whatever letter case the text had. */
  readonly name: string;
  /** One entry a place; null where the place was left empty. */
  readonly args: readonly (Expression | null)[];
  readonly at: number;
}

export interface Operation {
  readonly kind: 'operation';
  readonly operator: Operator;
  readonly left: Expression;
  readonly right: Expression;
  readonly at: number;
}

export const COMPARISONS = ['=', '<>', '>', '>=', '<', '<='] as const;
export type Comparison = (typeof COMPARISONS)[number];
export type Operator = Comparison | '&';

/** Bare words of the documentation: two for InStr, three for ConvertFromBase64, two that skip (entra-expressions.md 1). */
export const KEYWORDS = [
  'vbTextCompare',
  'vbBinaryCompare',
  'Unicode',
  'ASCII',
  'UTF8',
  'IgnoreAttributeFlow',
  'IgnoreObjectFlow',
] as const;
export type KeywordName = (typeof KEYWORDS)[number];

/** Entra takes at most 10,000 characters an expression (KNO). */
export const MAX_EXPRESSION_LENGTH = 10_000;
/** Nodes inside nodes; far above what a person writes, far below what the stack of Node holds. */
export const MAX_EXPRESSION_DEPTH = 500;

/** The nodes right below, in order. */
function partsOf(expression: Expression): readonly Expression[] {
  if (expression.kind === 'operation') return [expression.left, expression.right];
  return expression.kind === 'call' ? expression.args.filter((arg) => arg !== null) : [];
}

/** Every node, parents first. Without recursion, so that it holds for any tree. */
export function* nodesOf(expression: Expression): Generator<Expression> {
  const open = [expression];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    yield node;
    open.push(...partsOf(node).toReversed());
  }
}

/** @returns the first node that lies deeper than `MAX_EXPRESSION_DEPTH` below the top; undefined where none does */
export function tooDeepIn(expression: Expression): Expression | undefined {
  let level: readonly Expression[] = [expression];
  for (let depth = 0; depth <= MAX_EXPRESSION_DEPTH && level.length > 0; depth += 1) level = level.flatMap(partsOf);
  return level[0];
}

/** Names of the source attributes that an expression reads, without repeats. */
export function attributesOf(expression: Expression): readonly string[] {
  const names = new Set<string>();
  for (const node of nodesOf(expression)) if (node.kind === 'attribute') names.add(node.name);
  return [...names];
}
