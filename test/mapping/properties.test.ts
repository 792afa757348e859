/** Properties of parser, evaluator, patterns and importer on random input. fast-check prints the seed of a failure. */
import fc from 'fast-check';
import { BudgetExceeded } from '../../shared/mapping/BudgetExceeded';
import { EvaluationBudget } from '../../shared/mapping/EvaluationBudget';
import { PatternError } from '../../shared/mapping/dotnet/regex/PatternError';
import { Pattern } from '../../shared/mapping/dotnet/regex/Pattern';
import { attributeValueOf } from '../../shared/mapping/expression/attributeValueOf';
import { checkCall } from '../../shared/mapping/expression/checkCall';
import { evaluateExpression } from '../../shared/mapping/expression/evaluateExpression';
import { COMPARISONS, KEYWORDS, type Expression } from '../../shared/mapping/expression/Expression';
import { ExpressionError } from '../../shared/mapping/expression/ExpressionError';
import { FUNCTIONS } from '../../shared/mapping/expression/families/FUNCTIONS';
import { parseExpression } from '../../shared/mapping/expression/parseExpression';
import { printExpression } from '../../shared/mapping/expression/printExpression';
import { DEFAULT_SCHEMA } from '../../shared/mapping/schema/DEFAULT_SCHEMA';
import { importSchema } from '../../shared/mapping/schema/importSchema';
import { systemRandom } from '../../shared/mapping/systemRandom';

/** No single evaluation of these small inputs may come near this, however hostile. */
const BOUND_MS = 2_000;

const attributeName = fc.constantFrom('mail', 'givenName', 'list', 'flag', 'number', 'missing');
const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom(
    '',
    '"',
    '\\',
    '(a+)+$',
    'yyyy-MM-dd',
    'm',
    '2021-06-30',
    'True',
    '-1',
    '99999999999999999999',
    'ı',
    '😀',
  ),
);

const leaf: fc.Arbitrary<Expression> = fc.oneof(
  attributeName.map((name): Expression => ({ kind: 'attribute', name, at: 0 })),
  text.map((value): Expression => ({ kind: 'constant', form: 'text', value, at: 0 })),
  fc.integer().map((value): Expression => ({ kind: 'constant', form: 'number', value: String(value), at: 0 })),
  fc.constantFrom(...KEYWORDS).map((name): Expression => ({ kind: 'keyword', name, at: 0 })),
);

/** Random trees of known functions; calls that the parser would refuse are replaced by their first argument. */
const tree = fc.letrec<{ expression: Expression; call: Expression }>((tie) => ({
  expression: fc.oneof({ maxDepth: 4 }, leaf, tie('call')),
  call: fc
    .record({
      // SelectUniqueValue may stand outermost only.
      definition: fc.constantFrom(...FUNCTIONS.filter((one) => one.name !== 'SelectUniqueValue')),
      args: fc.array(fc.option(tie('expression'), { nil: null, freq: 5 }), { maxLength: 7 }),
    })
    .map(({ definition, args }): Expression => {
      const places = args.map((arg) => arg ?? null);
      try {
        return checkCall(definition.name, places, 0);
      } catch {
        return { kind: 'constant', form: 'text', value: definition.name, at: 0 };
      }
    }),
})).expression;

/** `&` and comparisons do not nest without calls around them. */
const expression = fc.oneof(
  tree,
  fc
    .tuple(tree, fc.constantFrom(...COMPARISONS, '&' as const), tree)
    .map(([left, operator, right]): Expression => ({ kind: 'operation', operator, left, right, at: 0 })),
);

const plain = (node: Expression): unknown =>
  JSON.parse(JSON.stringify(node, (key, value: unknown) => (key === 'at' ? 0 : value)));

const VALUES = new Map(
  Object.entries({ mail: 'joe@contoso.com', givenName: 'Zoë', list: ['a', 'b'], flag: true, number: 42 }).map(
    ([name, value]) => [name, attributeValueOf(value)] as const,
  ),
);
const scope = {
  attribute: (name: string) => VALUES.get(name) ?? null,
  nowMs: 0,
  random: systemRandom,
  isTaken: () => false,
};

function runsOrRefuses(run: () => void, refusals: readonly (new (...args: never[]) => Error)[]): void {
  const startedAt = performance.now();
  try {
    run();
  } catch (error) {
    if (!refusals.some((refusal) => error instanceof refusal)) throw error;
  }
  expect(performance.now() - startedAt).toBeLessThan(BOUND_MS);
}

test('what is printed parses to the same tree', () => {
  fc.assert(
    fc.property(expression, (node) => {
      expect(plain(parseExpression(printExpression(node)))).toEqual(plain(node));
    }),
    { numRuns: 2_000 },
  );
});

test('evaluating any tree ends, with a value or the typed error', () => {
  fc.assert(
    fc.property(expression, (node) =>
      runsOrRefuses(() => evaluateExpression(node, { ...scope, budget: new EvaluationBudget() }), [ExpressionError]),
    ),
    { numRuns: 5_000 },
  );
});

test('parsing any text ends, with a tree or the typed error', () => {
  const fragments = fc.array(
    fc.constantFrom(
      '(',
      ')',
      ',',
      '"',
      '[',
      ']',
      '\\',
      '&',
      '=',
      '<>',
      'IIF',
      'Switch(',
      'ToLower(',
      'x',
      '1',
      ' ',
      '-',
      '&HF',
    ),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ maxLength: 200 }),
        fragments.map((parts) => parts.join('')),
      ),
      (source) => runsOrRefuses(() => void parseExpression(source), [ExpressionError]),
    ),
    { numRuns: 5_000 },
  );
});

test('any pattern on any text ends, with an answer or the typed error', () => {
  const fragments = fc.array(
    fc.constantFrom(
      'a',
      'b',
      '.',
      '*',
      '+',
      '?',
      '{2}',
      '{1,3}',
      '(',
      ')',
      '(?:',
      '(?=',
      '(?<n>',
      '(?>',
      '|',
      '[a-',
      'z]',
      '[^',
      ']',
      '\\',
      'd',
      'w',
      '\\b',
      '$',
      '^',
      '(?i)',
      '😀',
    ),
    { maxLength: 15 },
  );
  fc.assert(
    fc.property(fragments, fc.string({ maxLength: 30 }), (parts, input) =>
      runsOrRefuses(() => {
        const budget = new EvaluationBudget();
        Pattern.of(parts.join(''), budget).replace(input, '$1', budget);
      }, [PatternError, BudgetExceeded]),
    ),
    { numRuns: 5_000 },
  );
});

test.each([
  '(?:){2000000000}x',
  '((x{500}){500}){500}',
  '(?:(?:){9}){2000000000}x',
  '(a+)+$',
  '(a|aa)+$',
  '(a*)*b',
  '(.*)(.*)(.*)(.*)(.*)x',
  '(?=(a+)+b)a',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
])('a hostile pattern does not hang: %s', (pattern) => {
  const budget = new EvaluationBudget();
  runsOrRefuses(() => {
    expect(Pattern.of(pattern, budget).isMatch(`${'a'.repeat(3_000)}!`, budget)).toBe(false);
  }, [PatternError, BudgetExceeded]);
});

/** Puts random JSON somewhere into the built-in schema. */
const broken = fc.tuple(fc.jsonValue({ maxDepth: 3 }), fc.nat(400)).map(([value, at]) => {
  let count = 0;
  const walk = (node: unknown): unknown => {
    count += 1;
    if (count === at) return value;
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, walk(child)]));
  };
  return walk(DEFAULT_SCHEMA);
});

test('importing any JSON ends, with a mapping or with problems that say where', () => {
  fc.assert(
    fc.property(fc.oneof(broken, fc.jsonValue()), (json) => {
      const imported = importSchema(json);
      if (imported.ok) {
        expect(imported.mapping.sourceAttributes).toContain('mail');
        return;
      }
      expect(imported.problems.length).toBeGreaterThan(0);
      for (const { pointer, message, advice } of imported.problems) {
        expect(pointer === '' || pointer.startsWith('/')).toBe(true);
        expect(message.length * advice.length).toBeGreaterThan(0);
      }
    }),
    { numRuns: 1_000 },
  );
});

test('a tree or a file that is nested without end is refused', () => {
  let source: unknown = null;
  for (let depth = 0; depth < 5_000; depth += 1)
    source = { name: 'Not', type: 'Function', parameters: [{ key: 'source', value: source }] };
  const imported = importSchema({
    synchronizationRules: [
      {
        objectMappings: [
          { sourceObjectName: 'User', attributeMappings: [{ targetAttributeName: 'userName', source }] },
        ],
      },
    ],
  });
  expect(imported.ok).toBe(false);
});
