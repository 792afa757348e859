/**
 * The shapes of Microsoft Graph as its own package of types declares them, read from the declarations, so that an answer
 * is checked by Microsoft's words and not by ours.
 */
import { readFileSync } from 'node:fs';
import ts from 'typescript';

const DECLARATIONS = require.resolve('@microsoft/microsoft-graph-types/microsoft-graph.d.ts');

/** Whatever stands in it is the service's own affair. */
const OPEN = new Set(['DetailsInfo']);

export class GraphTypes {
  readonly #interfaces = new Map<string, ts.InterfaceDeclaration>();
  readonly #aliases = new Map<string, ts.TypeNode>();

  constructor() {
    const source = ts.createSourceFile('graph.d.ts', readFileSync(DECLARATIONS, 'utf8'), ts.ScriptTarget.Latest);
    for (const node of source.statements) {
      if (ts.isInterfaceDeclaration(node)) this.#interfaces.set(node.name.text, node);
      if (ts.isTypeAliasDeclaration(node)) this.#aliases.set(node.name.text, node.type);
    }
  }

  /** @returns a line for each property that Graph does not have, and each value that it does not allow */
  differences(value: unknown, typeName: string): string[] {
    return this.#inType(value, typeName, typeName);
  }

  /** Every property of a type, those of its bases included. */
  properties(typeName: string): ReadonlyMap<string, ts.TypeNode> {
    const known = new Map<string, ts.TypeNode>();
    const declared = this.#interfaces.get(typeName);
    if (declared === undefined) throw new Error(`Graph has no type ${typeName}`);
    for (const base of declared.heritageClauses?.flatMap((clause) => clause.types) ?? [])
      if (ts.isIdentifier(base.expression))
        for (const [name, type] of this.properties(base.expression.text)) known.set(name, type);
    for (const member of declared.members)
      if (ts.isPropertySignature(member) && member.type !== undefined && ts.isIdentifier(member.name))
        known.set(member.name.text, member.type);
    return known;
  }

  #inType(value: unknown, typeName: string, path: string): string[] {
    if (OPEN.has(typeName)) return [];
    const alias = this.#aliases.get(typeName);
    if (alias !== undefined) return this.#inNode(value, alias, path);
    if (typeof value !== 'object' || value === null) return [`${path} is no object`];
    const known = this.properties(typeName);
    return Object.entries(value).flatMap(([name, part]) => {
      const node = known.get(name);
      return node === undefined ? [`${path}.${name}`] : this.#inNode(part, node, `${path}.${name}`);
    });
  }

  #inNode(value: unknown, node: ts.TypeNode, path: string): string[] {
    if (ts.isArrayTypeNode(node))
      return Array.isArray(value)
        ? value.flatMap((item) => this.#inNode(item, node.elementType, `${path}[]`))
        : [`${path} is no list`];
    if (ts.isUnionTypeNode(node)) {
      const found = node.types.map((type) => this.#inNode(value, type, path));
      return found.some((lines) => lines.length === 0) ? [] : (found[0] ?? []);
    }
    if (ts.isLiteralTypeNode(node)) {
      const is = ts.isStringLiteral(node.literal) ? node.literal.text : null;
      return value === is ? [] : [`${path} is ${JSON.stringify(value)}`];
    }
    if (ts.isTypeReferenceNode(node) && ts.isIdentifier(node.typeName)) {
      const [of] = node.typeArguments ?? [];
      if (node.typeName.text === 'NullableOption' && of !== undefined)
        return value === null ? [] : this.#inNode(value, of, path);
      return this.#inType(value, node.typeName.text, path);
    }
    const kinds: Partial<Record<ts.SyntaxKind, string>> = {
      [ts.SyntaxKind.StringKeyword]: 'string',
      [ts.SyntaxKind.NumberKeyword]: 'number',
      [ts.SyntaxKind.BooleanKeyword]: 'boolean',
    };
    return typeof value === kinds[node.kind] ? [] : [`${path} is ${JSON.stringify(value)}`];
  }
}
