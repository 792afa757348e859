import type { Expression } from './Expression';

/** Tree → text; parsing the text again gives the same tree. */
export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'attribute':
      return `[${expression.name}]`;
    case 'constant':
      return expression.form === 'number' ? expression.value : quote(expression.value);
    case 'keyword':
      return expression.name;
    case 'operation':
      return `${printExpression(expression.left)} ${expression.operator} ${printExpression(expression.right)}`;
    case 'call':
      return `${expression.name}(${expression.args.map((arg) => (arg === null ? '' : printExpression(arg))).join(', ')})`;
  }
}

/** The two escapes of the language, and no other (FUN). */
const quote = (text: string): string => `"${text.replace(/[\\"]/gu, '\\$&')}"`;
