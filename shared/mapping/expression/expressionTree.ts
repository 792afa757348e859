import { parameterAt } from './Arguments';
import type { Expression } from './Expression';
import { findFunction } from './families/FUNCTIONS';
import { printExpression } from './printExpression';

/** Graph's attributeMappingSource: what parseExpression answers with. */
export interface ExpressionTree {
  readonly expression: string;
  readonly name: string;
  readonly type: 'Attribute' | 'Constant' | 'Function';
  readonly parameters: readonly { readonly key: string; readonly value: ExpressionTree }[];
}

/** Omitted places are left out of the tree and stay blanks in the text, as in Entra's exports. */
export function expressionTree(node: Expression): ExpressionTree {
  const expression = printExpression(node);
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
          { key: 'left', value: expressionTree(node.left) },
          { key: 'right', value: expressionTree(node.right) },
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
            : [{ key: (definition && parameterAt(definition, place)) ?? 'source', value: expressionTree(arg) }],
        ),
      };
    }
  }
}
