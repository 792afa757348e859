import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Manifest } from './stagePackage';

/** What esbuild says of a bundle: the files that went into it. */
const metafile = z.object({ inputs: z.record(z.string(), z.unknown()) });
const installed = z.object({ name: z.string(), version: z.string(), license: z.string().optional() });

/**
 * A CycloneDX 1.6 bill of materials of what is in the bundles, not of what happens to be installed.
 * @param metafiles paths of esbuild's metafiles; their own paths are relative to `root`
 */
export async function billOfMaterials(root: string, metafiles: readonly string[], of: Manifest): Promise<object> {
  const folders = new Set<string>();
  for (const path of metafiles) {
    const { inputs } = metafile.parse(JSON.parse(await readFile(path, 'utf8')));
    for (const input of Object.keys(inputs)) {
      const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
      if (folder !== undefined) folders.add(folder);
    }
  }
  const components = new Map<string, object>();
  for (const folder of [...folders].sort()) {
    const found = installed.parse(JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8')));
    const purl = purlOf(found.name, found.version);
    components.set(purl, component('library', found, purl));
  }
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: component('application', of, purlOf(of.name, of.version)) },
    components: [...components.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one),
  };
}

const purlOf = (name: string, version: string): string => `pkg:npm/${name.replace('@', '%40')}@${version}`;

function component(type: string, of: z.output<typeof installed>, purl: string): object {
  const licenses = of.license === undefined ? {} : { licenses: [{ expression: of.license }] };
  return { type, 'bom-ref': purl, name: of.name, version: of.version, ...licenses, purl };
}
