/** `npm run mapping` as a user runs it: a process, its output, its exit code. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mapping-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: unknown): string => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};
const run = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'dist/local/mapping.js'), ...args], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], NO_COLOR: '1' },
  });
  return { status, stdout, stderr };
};

test('check prints the report and the values of a user', () => {
  const user = file('user.json', { userPrincipalName: 'joe@contoso.com', givenName: 'Joe', department: 'Sales' });
  const { status, stdout } = run('check', join(ROOT, 'test/fixtures/schemas/scim-export.json'), '--user', user);
  expect(status).toBe(0);
  expect(stdout).toMatch(/Taken over \(8\)[\s\S]*Needs your decision \(4\)[\s\S]*Ignored \(3\)/);
  expect(stdout).toMatch(/name\.familyName {2}"\." \(default value\)/);
  expect(stdout).toContain('In GoTo: {"email":"joe@contoso.com"');
});

test('check of a schema that cannot be used exits 1 and says where', () => {
  const { status, stdout } = run('check', file('bad.json', { synchronizationRules: [] }));
  expect(status).toBe(1);
  expect(stdout).toMatch(/Problems \(1\)[\s\S]*\/synchronizationRules/);
});

test('test prints one JSON array and exits 1 only for an expectation that is not met', () => {
  const cases = [
    { id: 'value', expression: 'ToUpper([a])', attributes: { a: 'x' }, expected: 'X', unknown: 1 },
    { id: 'flag', expression: '[a]', attributes: { a: true } },
    { id: 'list', expression: '[a]', attributes: { a: ['x', 'y'] }, expected: ['x', 'y'] },
    { id: 'null', expression: '[a]', attributes: {}, expected: null },
    { id: 'dropped', expression: 'IgnoreFlowIfNullOrEmpty([a])', attributes: {} },
    { id: 'error', expression: 'Foo()', attributes: {} },
    { id: 'now', expression: 'Now()', attributes: {}, now: '2025-01-31T15:04:05Z' },
    { id: 'taken', expression: 'SelectUniqueValue("a","b")', attributes: {}, taken: ['a'] },
    { id: 'scope', scope: { groups: [] }, attributes: {}, expected: 'in' },
  ];
  // A number that no double holds.
  const text = JSON.stringify(cases).replace(
    /\]$/u,
    ',{"id":"big","expression":"[n]","attributes":{"n":9223372036854775807}}]',
  );
  const good = run('test', file('good.json', text), '--json');
  expect(JSON.parse(good.stdout)).toEqual([
    { id: 'value', value: 'X' },
    { id: 'flag', value: 'True' },
    { id: 'list', value: ['x', 'y'] },
    { id: 'null', value: null },
    { id: 'dropped', dropped: true },
    { id: 'error', error: expect.stringContaining('Foo') as string },
    { id: 'now', value: '1/31/2025 3:04:05 PM' },
    { id: 'taken', value: 'b' },
    { id: 'scope', value: 'in' },
    { id: 'big', value: '9223372036854775807' },
  ]);
  expect(good.status).toBe(0);
  const bad = run('test', file('one.json', [{ expression: '"a"', attributes: {}, expected: 'b' }]));
  expect(bad.status).toBe(1);
  expect(bad.stdout).toContain('✗ 1: "a", expected "b"');
});

test.each([
  [[], /npm run mapping -- check/],
  [['test', 'no-such-file.json'], /no-such-file\.json cannot be read/],
  [['check', '--wrong'], /--wrong/],
])('wrong usage %j exits 2', (args, message) => {
  const { status, stderr } = run(...args);
  expect(status).toBe(2);
  expect(stderr).toMatch(message);
});

test('a file that is no JSON, or no array, is told', () => {
  expect(run('test', file('broken.json', '{')).stderr).toMatch(/is not valid JSON/);
  expect(run('test', file('object.json', {})).stderr).toMatch(/must be a JSON array/);
});
