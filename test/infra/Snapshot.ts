import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

export const INFRA = join(__dirname, '../../infra');

const resource = z.looseObject({
  id: z.string(),
  type: z.string(),
  name: z.string(),
  condition: z.unknown().optional(),
  sku: z.looseObject({ name: z.string() }).optional(),
  properties: z.record(z.string(), z.unknown()).default({}),
});
export type Resource = z.output<typeof resource>;

const snapshot = z.object({ predictedResources: z.array(resource), diagnostics: z.array(z.unknown()) });

/** What the Bicep compiler says a deployment of one of infra/environments would make. `npm run infra` keeps it true. */
export class Snapshot {
  readonly resources: readonly Resource[];

  constructor(readonly environment: string) {
    const path = join(INFRA, 'environments', `${environment}.snapshot.json`);
    this.resources = snapshot.parse(JSON.parse(readFileSync(path, 'utf8'))).predictedResources;
  }

  of(type: string): readonly Resource[] {
    return this.resources.filter((one) => one.type === type);
  }

  /** @throws Error unless there is exactly one of the type */
  the(type: string): Resource {
    const [one, ...others] = this.of(type);
    if (one === undefined || others.length > 0) throw new Error(`${this.environment}: not one ${type}`);
    return one;
  }

  /** The app settings by name. */
  get settings(): ReadonlyMap<string, string> {
    const shape = z.object({ appSettings: z.array(z.object({ name: z.string(), value: z.string() })) });
    const { appSettings } = shape.parse(this.the('Microsoft.Web/sites').properties['siteConfig']);
    return new Map(appSettings.map(({ name, value }) => [name, value]));
  }
}

export const ENVIRONMENTS = readdirSync(join(INFRA, 'environments'))
  .filter((file) => file.endsWith('.bicepparam'))
  .map((file) => file.replace('.bicepparam', ''));
