/** The Node that `npm ci` brings along: `npm run` finds it before the installed one, so it must never be a wrong one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const read = (name: string): string => readFileSync(join(__dirname, '../..', name), 'utf8');
const lock = z
  .object({
    packages: z.record(z.string(), z.object({ version: z.string().optional(), libc: z.array(z.string()).optional() })),
  })
  .parse(JSON.parse(read('package-lock.json')));
const bundled = Object.entries(lock.packages).filter(([path]) =>
  /^node_modules\/node-(linux|win|darwin|bin)-/.test(path),
);

test('it is one version on every platform, the one of .node-version', () => {
  expect(bundled.length).toBeGreaterThan(1);
  const [version, ...others] = new Set(bundled.map(([, { version: own }]) => own));
  expect(others).toEqual([]);
  expect(version?.split('.')[0]).toBe(read('.node-version').trim());
});

test('those of Linux are for glibc only: on musl they would stand before the right one and not start', () => {
  const linux = bundled.filter(([path]) => path.includes('node-linux-'));
  expect(linux.map(([, { libc }]) => libc)).toEqual(linux.map(() => ['glibc']));
});
