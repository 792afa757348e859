/** Operators and sets of scoping filters (SCO; entra-provisioning.md 1.5). */
import { runCases } from '../../local/commands/mapping/runCases';
import { FILTER_OPERATORS } from '../../shared/mapping/scope/filterOperators';

interface Clause {
  operatorName: string;
  sourceOperandName: string;
  targetOperand?: { values: unknown[] };
}
const clause = (operatorName: string, sourceOperandName: string, ...values: unknown[]): Clause => ({
  operatorName,
  sourceOperandName,
  targetOperand: { values },
});
const inScope = (scope: unknown, attributes: object, assigned?: boolean) => {
  const [result] = runCases([{ scope, attributes, ...(assigned === undefined ? {} : { assigned }) }], 0);
  return result?.outcome;
};
const one = (own: Clause, attributes: object) => inScope({ groups: [{ clauses: [own] }] }, attributes);

const SALES = { department: 'Sales', level: 10, hired: '2024-05-01', enabled: true, empty: '', tags: ['a1', 'a2'] };

test.each([
  [clause('EQUALS', 'department', 'Sales'), 'in'],
  [clause('EQUALS', 'department', 'sales'), 'out'],
  [clause('equals', 'department', 'Sales'), 'in'],
  [clause('EQUALS', 'department', 'IT', 'Sales'), 'in'],
  [clause('EQUALS', 'level', '10'), 'in'],
  [clause('EQUALS', 'enabled', 'true'), 'in'],
  [clause('EQUALS', 'missing', ''), 'out'],
  [clause('NOT EQUALS', 'department', 'IT'), 'in'],
  [clause('NotEquals', 'department', 'Sales'), 'out'],
  [clause('NOT_EQUALS', 'missing', 'IT'), 'out'],
  [clause('IS NULL', 'missing'), 'in'],
  [clause('ISNULL', 'empty'), 'in'],
  [clause('IS NULL', 'department'), 'out'],
  [clause('IS NOT NULL', 'department'), 'in'],
  [clause('IsNotNull', 'empty'), 'out'],
  [clause('Present', 'department'), 'in'],
  [clause('IS TRUE', 'enabled'), 'in'],
  [clause('IS FALSE', 'enabled'), 'out'],
  [clause('IS FALSE', 'missing'), 'out'],
  [clause('REGEX MATCH', 'department', '^S.*s$'), 'in'],
  [clause('REGEX MATCH', 'department', '^s'), 'out'],
  [clause('REGEX MATCH', 'department', 'ale'), 'in'],
  [clause('NOT REGEX MATCH', 'department', '^IT$'), 'in'],
  [clause('NOT REGEX MATCH', 'missing', '^IT$'), 'out'],
  [clause('Greater_Than', 'level', '9'), 'in'],
  [clause('GREATER THAN', 'level', '10'), 'out'],
  [clause('Greater_Than_OR_EQUALS', 'level', '10'), 'in'],
  [clause('GreaterThanOrEquals', 'level', 9), 'in'],
  [clause('Greater_Than', 'hired', '2024-04-30'), 'in'],
  [clause('Greater_Than', 'hired', '5/2/2024'), 'out'],
  [clause('Greater_Than', 'department', '1'), 'out'],
  [clause('Includes', 'department', 'ale'), 'in'],
  [clause('INCLUDES', 'department', 'ALE'), 'out'],
  [clause('ENDS_WITH', 'department', 'es'), 'in'],
  [clause('EndsWith', 'department', 'Sa'), 'out'],
  [clause('&', 'department', 'IT,Sales,HR'), 'in'],
  [clause('!&', 'department', 'IT,Sales,HR'), 'out'],
  [clause('Includes', 'tags', 'a'), 'in'],
  [clause('Includes', 'tags', 'a1'), 'out'],
])('%j → %s', (own, expected) => {
  expect(one(own, SALES)).toEqual({ id: 1, value: expected });
});

test('every operator has a row', () => {
  const plain = (name: string) => name.toLowerCase().replace(/[\s_]/gu, '');
  expect(FILTER_OPERATORS.map((operator) => plain(operator.name)).sort()).toEqual([
    '!&',
    '&',
    'endswith',
    'equals',
    'greaterthan',
    'greaterthanorequals',
    'includes',
    'isfalse',
    'isnotnull',
    'isnull',
    'istrue',
    'notequals',
    'notregexmatch',
    'regexmatch',
  ]);
});

test('clauses are joined by and, groups by or', () => {
  const sales = clause('EQUALS', 'department', 'Sales');
  const senior = clause('Greater_Than', 'level', '5');
  const it = clause('EQUALS', 'department', 'IT');
  expect(inScope({ groups: [{ clauses: [sales, senior] }] }, SALES)).toMatchObject({ value: 'in' });
  expect(inScope({ groups: [{ clauses: [sales, it] }] }, SALES)).toMatchObject({ value: 'out' });
  expect(inScope({ groups: [{ clauses: [it] }, { clauses: [sales] }] }, SALES)).toMatchObject({ value: 'in' });
  expect(inScope({ groups: [] }, SALES)).toMatchObject({ value: 'in' });
  expect(inScope({ groups: [] }, SALES, false)).toMatchObject({ value: 'out' });
});

test.each(['inputFilterGroups', 'categoryFilterGroups'])('%s leave people out', (set) => {
  expect(inScope({ [set]: [{ clauses: [clause('EQUALS', 'department', 'IT')] }] }, SALES)).toMatchObject({
    value: 'out',
  });
});

test.each([
  [clause('LIKE', 'department', 'x'), /no filter operator "LIKE"/],
  [clause('IsMemberOf', 'department', 'x'), /no filter operator/],
  [clause('REGEX MATCH', 'department', '(a'), /never closed/],
  [{ operatorName: 'EQUALS', sourceOperandName: 'department' }, /needs a value/],
])('%j is refused', (own, message) => {
  expect(one(own, SALES)).toMatchObject({ error: expect.stringMatching(message) as string });
});

test('a hostile pattern on a long value does not hang', () => {
  const outcome = one(clause('REGEX MATCH', 'department', '^(a+)+$'), { department: `${'a'.repeat(5_000)}!` });
  expect(outcome).toEqual({ id: 1, value: 'out' });
});
