/**
 * Proves that each rule of dependency-cruiser.config.mjs can fail: a tree of files, each of which breaks one rule, must
 * be refused file by file for that rule, and a clean tree must pass. A rule without a planted violation fails too.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}
interface Report {
  readonly summary: {
    readonly violations: readonly Violation[];
    readonly ruleSetUsed: { readonly forbidden: readonly { readonly name: string }[] };
  };
}

/** A small tree in which everything is where it belongs. */
const CLEAN: Readonly<Record<string, string>> = {
  'functions/main.ts': `import '@azure/functions'; import '../shared/connectEngine'; import '../shared/api/route';`,
  'shared/connectEngine.ts': `import './store/table'; import './queue/send'; import './entra/read'; import './sync/advance';`,
  'shared/api/route.ts': `import '../sync/advance'; import '../rules/decide';`,
  'shared/sync/advance.ts': `import './plan/slices'; import './close/close';`,
  'shared/sync/plan/slices.ts': `import '../cycle/start'; import '../../entra/read'; import '../../rules/decide';`,
  'shared/sync/close/close.ts': `import '../apply/lane'; import '../cycle/start';`,
  'shared/sync/apply/lane.ts': `import '../cycle/start'; import '../../goto/write'; import '../../concurrency/many';`,
  'shared/sync/cycle/start.ts': `import '../job/tidy'; import '../Engine';`,
  'shared/sync/job/tidy.ts': `import '../Engine'; import '../../telemetry/say';`,
  'shared/sync/Engine.ts': `import '../store/table';`,
  'shared/goto/write.ts': `import '@azure/core-rest-pipeline'; import '../http/send'; import '../rules/decide';`,
  'shared/entra/read.ts': `import '@azure/core-auth'; import '../telemetry/say'; import '../model/noun';`,
  'shared/store/table.ts': `import '@azure/data-tables'; import '../settings/settings';`,
  'shared/queue/send.ts': `import '@azure/service-bus'; import '../settings/settings';`,
  'shared/http/send.ts': `import '@azure/core-rest-pipeline'; import '../telemetry/say';`,
  'shared/concurrency/many.ts': `import '../model/noun';`,
  'shared/telemetry/say.ts': `import '../model/noun';`,
  'shared/settings/settings.ts': `import 'zod';`,
  'shared/rules/decide.ts': `import '../mapping/map';`,
  'shared/mapping/map.ts': `import '../model/noun'; import './systemRandom';`,
  'shared/mapping/systemRandom.ts': `import 'node:crypto';`,
  'shared/model/noun.ts': `import 'zod'; import './hash';`,
  'shared/model/hash.ts': `import 'node:crypto';`,
  'shared/model/Clock.ts': `import 'zod';`,
  'shared/api/answers/Answer.ts': `import 'zod';`,
  'dashboard/main.tsx': `import type { Answer } from '../shared/api/answers/Answer';`,
  'local/commands/start.ts': `import '../../shared/connectEngine'; import '../../shared/model/Clock'; import 'rhea';`,
  'bench/bench.ts': `import '../local/commands/start';`,
  'test/any.test.ts': `import '../bench/bench';`,
};

const PLANTED: readonly (readonly [rule: string, file: string, text: string])[] = [
  ['layer-model', 'shared/model/a.ts', `import '../mapping/map';`],
  ['layer-mapping', 'shared/mapping/a.ts', `import '../rules/decide';`],
  ['layer-rules', 'shared/rules/a.ts', `import '../store/table';`],
  ['layer-http', 'shared/http/a.ts', `import '../rules/decide';`],
  ['layer-concurrency', 'shared/concurrency/a.ts', `import '../store/table';`],
  ['layer-telemetry', 'shared/telemetry/a.ts', `import '../store/table';`],
  ['layer-settings', 'shared/settings/a.ts', `import '../http/send';`],
  ['layer-entra', 'shared/entra/a.ts', `import '../sync/advance';`],
  ['layer-goto', 'shared/goto/a.ts', `import type { Table } from '../store/table';`],
  ['layer-store', 'shared/store/a.ts', `import '../queue/send';`],
  ['layer-queue', 'shared/queue/a.ts', `import '../api/route';`],
  ['layer-sync', 'shared/sync/a.ts', `import '../api/route';`],
  ['layer-api', 'shared/api/a.ts', `import '../../local/commands/start';`],
  ['sync-job', 'shared/sync/job/a.ts', `import '../cycle/start';`],
  ['sync-cycle', 'shared/sync/cycle/a.ts', `import '../apply/lane';`],
  ['sync-apply', 'shared/sync/apply/a.ts', `import '../close/close';`],
  ['sync-plan', 'shared/sync/plan/a.ts', `import '../apply/lane';`],
  ['sync-plan', 'shared/sync/plan/b.ts', `import '../advance';`],
  ['sync-close', 'shared/sync/close/a.ts', `import '../plan/slices';`],
  ['sync-control', 'shared/sync/control/a.ts', `import '../plan/slices';`],
  ['sync-demand', 'shared/sync/demand/a.ts', `import '../advance';`],
  ['sync-unknown', 'shared/sync/e.ts', `import './helpers/c';`],
  ['layer-unknown', 'shared/api/b.ts', `import '../helpers/b';`],
  ['product-apart', 'functions/a.ts', `import '../local/commands/start';`],
  ['product-apart', 'shared/sync/b.ts', `import '../../bench/bench';`],
  ['stack-apart', 'bench/a.ts', `import '../test/any.test';`],
  ['dashboard-apart', 'dashboard/a.ts', `import type { Table } from '../shared/store/table';`],
  ['dashboard-types-only', 'dashboard/b.ts', `import '../shared/api/answers/Answer';`],
  ['dashboard-unknown', 'shared/api/d.ts', `import '../../dashboard/main';`],
  ['entry-points-last', 'shared/api/c.ts', `import '../../functions/main';`],
  ['entry-points-last', 'shared/sync/c.ts', `import '../connectEngine';`],
  ['azure-at-the-edge', 'shared/sync/d.ts', `import '@azure/data-tables';`],
  ['azure-at-the-edge', 'shared/rules/b.ts', `import type { TokenCredential } from '@azure/core-auth';`],
  ['functions-at-the-edge', 'shared/queue/b.ts', `import '@azure/functions';`],
  ['pure-of-node', 'shared/rules/c.ts', `import 'node:fs';`],
  ['pure-of-node', 'shared/mapping/b.ts', `import 'node:crypto';`],
  ['pure-of-node', 'shared/rules/hash.ts', `import 'node:crypto';`],
  ['pure-hash', 'shared/model/hash.ts', `import 'node:timers';`],
  ['pure-of-time', 'shared/rules/d.ts', `import type { Clock } from '../model/Clock';`],
  ['no-cycle', 'shared/model/b.ts', `import './c';`],
  ['no-orphan', 'shared/model/d.ts', `export const alone = 1;`],
  ['resolvable', 'shared/store/b.ts', `import './not-there';`],
  ['declared', 'shared/store/c.ts', `import 'rhea';`],
];
/** The other ends of three of them. */
const BESIDE = {
  'shared/helpers/b.ts': `import '../model/noun';`,
  'shared/sync/helpers/c.ts': `import '../../model/noun';`,
  'shared/model/c.ts': `import './b';`,
};

function cruise(files: Readonly<Record<string, string>>): Report {
  const root = process.cwd();
  const folder = mkdtempSync(path.join(tmpdir(), 'imports-'));
  try {
    for (const name of ['dependency-cruiser.config.mjs', 'tsconfig.json', 'package.json'])
      copyFileSync(name, path.join(folder, name));
    symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'), 'dir');
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.join(folder, path.dirname(name)), { recursive: true });
      writeFileSync(path.join(folder, name), `${text}\nexport {};\n`);
    }
    const program = path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
    const args = ['--config', 'dependency-cruiser.config.mjs', '--output-type', 'json'];
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [program, ...args, 'functions', 'shared', 'dashboard', 'local', 'bench', 'test'],
      { cwd: folder, encoding: 'utf8', maxBuffer: 64e6 },
    );
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout) as Report;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const faults: string[] = [];
for (const { from, rule } of cruise(CLEAN).summary.violations) faults.push(`clean tree: ${rule.name} refuses ${from}`);

const planted = Object.fromEntries(PLANTED.map(([, file, text]) => [file, text]));
const { violations, ruleSetUsed } = cruise({ ...CLEAN, ...BESIDE, ...planted }).summary;
for (const [rule, file] of PLANTED)
  if (!violations.some((found) => found.rule.name === rule && found.from === file))
    faults.push(`${rule} does not see ${file}`);
for (const { name } of ruleSetUsed.forbidden)
  if (!PLANTED.some(([rule]) => rule === name)) faults.push(`no violation of ${name} is planted`);

for (const fault of faults) console.error(fault);
console.log(
  `import rules: ${String(ruleSetUsed.forbidden.length)} rules, ${String(PLANTED.length)} planted violations`,
);
process.exitCode = faults.length > 0 ? 1 : 0;
