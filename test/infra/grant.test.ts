/** infra/graph/grant.sh, run for real against an `az` that answers as Graph does. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { INFRA } from './Snapshot';

const PRINCIPAL = 'b3b6a3a0-5a52-4e3f-9a8e-2f4d1c6b7a10';
const GRAPH = '11111111-2222-4333-8444-555555555555';
/** What the connector calls, and the least that Graph asks for it: docs/facts/graph-source.md. */
const NEEDED = {
  'Application.Read.All': '9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30',
  'User.Read.All': 'df021288-bdef-4463-88db-98f22de89214',
  'GroupMember.Read.All': '98830695-27a2-44f7-8c18-0c3ebc9698f6',
};

/** Keeps the grants in a file; FORBID names the request it refuses. */
const AZ = `#!/bin/sh
echo "$*" >>"$STATE/calls"
case "$*" in *"$FORBID"*) echo "Forbidden" >&2; exit 1 ;; esac
case "$*" in
  "cloud show"*) echo "https://graph.microsoft.com/" ;;
  *"--method GET"*appRoleAssignments*) cat "$STATE/held" ;;
  "ad sp show --id 00000003-0000-0000-c000-000000000000"*) echo ${GRAPH} ;;
  *"--method POST"*"servicePrincipals/${GRAPH}/appRoleAssignedTo"*)
    for role in ${Object.values(NEEDED).join(' ')}; do
      case "$*" in *"$role"*) grep -q "$role" "$STATE/held" && exit 1; echo "$role" >>"$STATE/held" ;; esac
    done ;;
  *) echo "unexpected: $*" >&2; exit 9 ;;
esac
`;

let work: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'grant-'));
  writeFileSync(join(work, 'az'), AZ);
  chmodSync(join(work, 'az'), 0o755);
  writeFileSync(join(work, 'held'), '');
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

function grant(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const env = { PATH: `${work}:${process.env['PATH'] ?? ''}`, STATE: work, FORBID: 'nothing', ...environment };
  try {
    const text = execFileSync('sh', [join(INFRA, 'graph/grant.sh'), ...args], { env, encoding: 'utf8', stdio: 'pipe' });
    return { code: 0, text };
  } catch (error) {
    const { status, stderr } = error as { status: number; stderr: string };
    return { code: status, text: stderr };
  }
}
const held = (): readonly string[] => readFileSync(join(work, 'held'), 'utf8').split('\n').filter(Boolean).sort();
const posts = (): number => (readFileSync(join(work, 'calls'), 'utf8').match(/--method POST/g) ?? []).length;

test('exactly the needed app roles are granted, and a second run changes nothing', () => {
  expect(grant([PRINCIPAL])).toMatchObject({
    code: 0,
    text: expect.stringContaining('granted  User.Read.All') as unknown,
  });
  expect(held()).toEqual(Object.values(NEEDED).sort());
  expect(grant([PRINCIPAL]).code).toBe(0);
  expect(posts()).toBe(3);
});

test('what the identity has already is left alone', () => {
  writeFileSync(join(work, 'held'), `${NEEDED['User.Read.All']}\n`);
  expect(grant([PRINCIPAL]).text).toContain('has      User.Read.All');
  expect(posts()).toBe(2);
});

test('--what-if tells and grants nothing', () => {
  const { code, text } = grant(['--what-if', PRINCIPAL]);
  expect(code).toBe(0);
  for (const name of Object.keys(NEEDED)) expect(text).toContain(`would grant ${name}`);
  expect(held()).toEqual([]);
  expect(posts()).toBe(0);
});

test.each([
  ['to find Graph', 'ad sp show'],
  ['to read', '--method GET'],
  ['to grant', '--method POST'],
])('without the right %s it prints the command for whoever has it, and azd goes on', (_right, forbidden) => {
  const { code, text } = grant([], { IDENTITY_PRINCIPAL_ID: PRINCIPAL, FORBID: forbidden });
  expect(code).toBe(0);
  expect(text).toContain(`sh infra/graph/grant.sh ${PRINCIPAL}`);
  expect(held()).toEqual([]);
});

test('without the Azure CLI, which azd does not bring, it prints the command, and azd goes on', () => {
  rmSync(join(work, 'az'));
  for (const tool of ['sh', 'dirname'])
    symlinkSync(execFileSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim(), join(work, tool));
  const { code, text } = grant([], { IDENTITY_PRINCIPAL_ID: PRINCIPAL, PATH: work });
  expect(code).toBe(0);
  expect(text).toContain(`sh infra/graph/grant.sh ${PRINCIPAL}`);
  expect(text).toContain('is not installed');
});

test.each([[[]], [['$(touch x)']], [['--all']]])('arguments %j are refused before anything is asked', (args) => {
  expect(grant(args).code).toBe(2);
  expect(existsSync(join(work, 'calls'))).toBe(false);
});

test('the roles are those of the table in docs/deploy.md, with the same reasons', () => {
  const rows = readFileSync(join(INFRA, 'graph/permissions.tsv'), 'utf8').trim().split('\n');
  const roles = rows.map((row) => row.split('\t'));
  expect(Object.fromEntries(roles.map(([id, name]) => [name, id]))).toEqual(NEEDED);
  const page = readFileSync(join(INFRA, '../docs/deploy.md'), 'utf8').replace(/ +/g, ' ');
  for (const [, name = '', reason = ''] of roles) expect(page).toContain(`| \`${name}\` | ${reason} |`);
});
