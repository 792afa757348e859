import { parameterAt } from './Arguments';
import type { Expression } from './Expression';
import { ExpressionError } from './ExpressionError';
import { findFunction } from './families/FUNCTIONS';
import { printExpression } from './printExpression';

/** Graph's attributeMappingSource: what parseExpression answers with. */
export interface ExpressionTree {
  readonly expression: string;
  readonly name: string;
  readonly type: 'Attribute' | 'Constant' | 'Function';
  readonly parameters: readonly { readonly key: string; readonly value: ExpressionTree }[];
}

/** Each part stands in the texts of all parts around it: a deep expression of 10,000 characters would be megabytes. */
const MAX_TEXT = 1_000_000;

/**
 * Omitted places are left out of the tree and stay blanks in the text, as in Entra's exports.
 * @throws ExpressionError TooExpensive for a tree that is too large to show
 */
export function expressionTree(root: Expression): ExpressionTree {
  let left = MAX_TEXT;
  return treeOf(root, (node) => {
    const text = printExpression(node);
    left -= text.length;
    if (left >= 0) return text;
    throw new ExpressionError(
      'The expression: its tree is too large to show; nest fewer values in each other, and join them with Join instead of "&".',
      { code: 'TooExpensive', at: 0 },
    );
  });
}

function treeOf(node: Expression, print: (node: Expression) => string): ExpressionTree {
  const expression = print(node);
  switch (node.kind) {
    case 'attribute':
      return { expression, name: node.name, type: 'Attribute', parameters: [] };
    case 'constant':
      // Numbers become text constants in Entra's tree (GP).
      return { expression: JSON.stringify(node.value), name: node.value, type: 'Constant', parameters: [] };
    case 'keyword':
      return { expression, name: node.name, type: 'Constant', parameters: [] };
    case 'operation':
      return {
        expression,
        name: node.operator,
        type: 'Function',
        parameters: [
          { key: 'left', value: treeOf(node.left, print) },
          { key: 'right', value: treeOf(node.right, print) },
        ],
      };
    case 'call': {
      const definition = findFunction(node.name);
      return {
        expression,
        name: node.name,
        type: 'Function',
        parameters: node.args.flatMap((arg, place) =>
          arg === null
            ? []
            : [{ key: (definition && parameterAt(definition, place)) ?? 'source', value: treeOf(arg, print) }],
        ),
      };
    }
  }
}
