// `node build.mjs [program]` builds, and then runs a local program in this very process, so that signals reach it.
// Builds the deployable bundle (dist/main.js: one CommonJS file, see docs/decisions/0003-one-bundle.md)
// with the page it serves (dist/dashboard), and the local programs (dist/local, dist/bench, dist/test), which keep their packages outside.
import { build } from 'esbuild';
import { access, constants, mkdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { buildDashboard } from './dashboard/build.mjs';

try {
  // A program may be run while another one uses what is there.
  if (process.argv[2] === undefined) await rm('dist', { recursive: true, force: true });
  await mkdir('dist', { recursive: true });
  await access('dist', constants.W_OK);
} catch (error) {
  console.error(`${resolve('dist')} cannot be written (${error.code}). Use a copy of this folder that is yours.`);
  process.exit(1);
}

const common = {
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  sourcemap: true,
  logLevel: 'warning',
};

const [bundle] = await Promise.all([
  build({
    ...common,
    entryPoints: ['functions/main.ts'],
    outfile: 'dist/main.js',
    minify: true,
    // Class names show in logs and decide nothing, but azure-core compares some by name.
    keepNames: true,
    external: ['@azure/functions-core'],
    metafile: true,
  }),
  build({
    ...common,
    entryPoints: {
      'local/start': 'local/commands/start.ts',
      'local/host': 'local/commands/host.ts',
      'local/worker': 'local/azure/functions-host/worker.ts',
      'local/simulate': 'local/commands/simulate.ts',
      'local/mapping': 'local/commands/mapping.ts',
      'local/docs': 'local/commands/docs.ts',
      'local/package': 'local/commands/package.ts',
      'bench/bench': 'bench/bench.ts',
      'bench/quickTables': 'bench/quickTables.ts',
      'test/protocol': 'test/protocol/check.ts',
    },
    outdir: 'dist',
    packages: 'external',
  }),
  buildDashboard('dist/dashboard'),
]);
// What is in the bundle: the bill of materials is made from it.
await writeFile('dist/main.meta.json', JSON.stringify(bundle.metafile));

const program = process.argv[2];
if (program !== undefined) {
  process.argv.splice(1, 2, program);
  process.setSourceMapsEnabled(true);
  createRequire(import.meta.url)(`./dist/${program}.js`);
}
