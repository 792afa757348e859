// Builds the page into dist/dashboard: hashed files, compressed once at build time because the Functions host does not
// compress, and a manifest that is all the server ever looks a path up in (docs/decisions/0012-dashboard.md).
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/** What the page may weigh when it is sent, in bytes. */
const LARGEST = 110 * 1024;
const HERE = import.meta.dirname;
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};

/** @param folder where the page goes. @throws when it is heavier than it may be */
export async function buildDashboard(folder) {
  const built = await build({
    entryPoints: { main: join(HERE, 'main.tsx') },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    entryNames: '[name]-[hash]',
    loader: { '.svg': 'text' },
    legalComments: 'linked',
    logLevel: 'warning',
    write: false,
    outdir: folder,
  });
  const files = built.outputFiles.map(({ path, contents }) => ({
    name: path.split(/[\\/]/).at(-1),
    bytes: Buffer.from(contents),
  }));
  const icon = await readFile(join(HERE, 'icon.svg'));
  files.push({ name: `icon-${digest(icon)}.svg`, bytes: icon });
  const named = (ending, from = 'main-') =>
    files.find(({ name }) => name.startsWith(from) && name.endsWith(ending))?.name ?? '';
  const shell = (await readFile(join(HERE, 'index.html'), 'utf8'))
    .replace('__SCRIPT__', named('.js'))
    .replace('__STYLE__', named('.css'))
    .replace('__ICON__', named('.svg', 'icon-'));

  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const manifest = [];
  let weight = 0;
  for (const { name, bytes } of [{ name: 'index.html', bytes: Buffer.from(shell) }, ...files]) {
    const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
    await writeFile(join(folder, `${name}.br`), brotli);
    await writeFile(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
    if (!name.endsWith('.txt')) weight += brotli.length;
    manifest.push({
      name,
      contentType: TYPES[extname(name)],
      digest: digest(bytes),
      isImmutable: name !== 'index.html',
    });
  }
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
  if (weight > LARGEST) throw new Error(`The page weighs ${weight} bytes with brotli; it may weigh ${LARGEST}.`);
  return weight;
}

const digest = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 16);
