/** `npm run mapping`: checks an exported schema and runs a customer's own mapping tests. Offline: nothing is read or sent. */
import { parse } from 'lossless-json';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { z } from 'zod';
import { checkSchema } from './mapping/checkSchema';
import { runCases, type CaseResult } from './mapping/runCases';

const USAGE = `Checks an Entra mapping before it is used.

  npm run mapping -- check export.json [--user user.json]   the report, and the values for one user
  npm run mapping -- test cases.json [--json]               your own tests of expressions and filters

See docs/mapping.md.`;

/** Wrong usage or an unreadable file; 1 is kept for tests that fail. */
const EXIT_USAGE = 2;

class UsageError extends Error {}

/** Whole numbers beyond a double stay exact: file times have 18 digits. */
function readJson(path: string): unknown {
  // npm runs scripts in the project's folder; the user's own one is in INIT_CWD.
  const own = resolve(process.env['INIT_CWD'] ?? '.', path);
  let text: string;
  try {
    text = readFileSync(existsSync(own) ? own : path, 'utf8').replace(/^\uFEFF/u, '');
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    return parse(text, null, (number) => {
      const value = Number(number);
      return /^-?\d+$/u.test(number) && !Number.isSafeInteger(value) ? BigInt(number) : value;
    });
  } catch (error) {
    throw new UsageError(`${path} is not valid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function check(path: string, userPath: string | undefined): number {
  const user = userPath === undefined ? undefined : z.record(z.string(), z.unknown()).safeParse(readJson(userPath));
  if (user?.success === false)
    throw new UsageError(`${userPath ?? ''} must be one JSON object with a user’s attributes.`);
  const { ok, lines } = checkSchema(readJson(path), user?.data, Date.now());
  console.log(lines.join('\n').trimStart());
  return ok ? 0 : 1;
}

function test(path: string, asJson: boolean): number {
  const cases = readJson(path);
  if (!Array.isArray(cases)) throw new UsageError(`${path} must be a JSON array of cases.`);
  const results = runCases(cases as readonly unknown[], Date.now());
  if (asJson) console.log(JSON.stringify(results.map(({ outcome }) => outcome)));
  else for (const result of results) console.log(lineOf(result));
  const failed = results.filter(({ met }) => met === false).length;
  if (!asJson) console.log(`\n${results.length} cases, ${failed} not as expected`);
  return failed === 0 ? 0 : 1;
}

function lineOf({ outcome, met, expected }: CaseResult): string {
  const mark = met === undefined ? pc.dim('·') : met ? pc.green('✓') : pc.red('✗');
  const got =
    'value' in outcome ? JSON.stringify(outcome.value) : 'error' in outcome ? pc.red(outcome.error) : '(dropped)';
  const wanted = met === false ? `, expected ${JSON.stringify(expected)}` : '';
  return `${mark} ${outcome.id}: ${got}${wanted}`;
}

function main(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { user: { type: 'string' }, json: { type: 'boolean', default: false }, help: { type: 'boolean' } },
  });
  const [command, path, ...others] = positionals;
  if (values.help === true) {
    console.log(USAGE);
    return 0;
  }
  if (path === undefined || others.length > 0) throw new UsageError(USAGE);
  if (command === 'check') return check(path, values.user);
  if (command === 'test') return test(path, values.json);
  throw new UsageError(USAGE);
}

try {
  process.exitCode = main();
} catch (error) {
  if (!(error instanceof UsageError) && !(error instanceof TypeError && 'code' in error)) throw error;
  console.error(error.message);
  process.exitCode = EXIT_USAGE;
}
