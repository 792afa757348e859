/** The commands of the pages: they parse, and whoever has no bash finds them in PowerShell. Its own engine reads those in `npm run infra`. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { INFRA } from './Snapshot';

const DOCS = join(INFRA, '../docs');
interface Block {
  readonly where: string;
  readonly shell: string;
  readonly text: string;
}
const blocks: readonly Block[] = readdirSync(DOCS)
  .filter((file) => file.endsWith('.md'))
  .flatMap((file) =>
    [...readFileSync(join(DOCS, file), 'utf8').matchAll(/^ *```(\w+)\n(.*?)^ *```$/gms)].map(
      ([, shell = '', text = ''], index) => ({ where: `${file} ${index + 1}`, shell, text }),
    ),
  );

test('each command for sh parses', () => {
  const own = blocks.filter(({ shell }) => shell === 'sh');
  expect(own.length).toBeGreaterThan(15);
  for (const { text } of own) execFileSync('sh', ['-n'], { input: text });
  expect(() => execFileSync('sh', ['-n'], { input: 'echo "open', stdio: 'pipe' })).toThrow();
});

test('what PowerShell would not take as it is stands there for PowerShell too', () => {
  const onlySh = /\$|\\\n|&&|\bcurl\b|\becho\b|'\{/;
  const alone = blocks.filter(
    ({ shell, text }, index) => shell === 'sh' && onlySh.test(text) && blocks[index + 1]?.shell !== 'powershell',
  );
  expect(alone.map(({ where }) => where)).toEqual([]);
});

test('no argument of az in PowerShell holds what Windows’ az.cmd takes for the command line’s own', () => {
  const own = blocks.filter(({ shell }) => shell === 'powershell');
  const commands = own.flatMap(({ text }) => text.match(/\baz [a-z].*/g) ?? []);
  expect(commands.length).toBeGreaterThan(10);
  expect(commands.filter((command) => /[()&|<>^]/.test(command))).toEqual([]);
});
