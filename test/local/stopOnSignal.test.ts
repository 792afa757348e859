/** Nothing that `npm run` started outlives it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { buildSync } from 'esbuild';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'npm-'));
  writeFileSync(
    join(folder, 'run.ts'),
    `import { stopOnSignal } from ${JSON.stringify(join(__dirname, '../../local/stack/stopOnSignal'))};
     stopOnSignal()(() => console.log('stopped'));
     setInterval(() => undefined, 1_000);
     console.log('up');`,
  );
  buildSync({ entryPoints: [join(folder, 'run.ts')], bundle: true, platform: 'node', outfile: join(folder, 'run.js') });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// Where a shell replaces itself by its last command there is none in between: the second command keeps it. Only Linux tells whose child that is.
test.each(['node run.js', ...(process.platform === 'linux' ? ['node run.js; true'] : [])])(
  'npm is killed: "%s" ends',
  async (script) => {
    // npm in small: it puts a shell between itself and what it runs.
    const npm = spawn(
      process.execPath,
      [
        '-e',
        `require('node:child_process').spawn('sh', ['-c', process.env.npm_lifecycle_script], { stdio: 'inherit' })`,
      ],
      {
        cwd: folder,
        env: { PATH: process.env['PATH'], npm_lifecycle_event: 'start', npm_lifecycle_script: script },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const said: string[] = [];
    const lines = createInterface({ input: npm.stdout }).on('line', (line) => said.push(line));
    await once(lines, 'line');
    npm.kill('SIGKILL');
    // The pipe ends when nobody holds it any more.
    await once(lines, 'close');
    expect(said).toEqual(['up', 'stopped']);
  },
);
