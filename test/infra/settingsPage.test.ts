import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SETTING_NAMES } from '../../shared/settings/Settings';
import { INFRA } from './Snapshot';

test('docs/settings.md has each setting that the code reads', () => {
  const page = readFileSync(join(INFRA, '../docs/settings.md'), 'utf8');
  // `…__credential` and its like are explained once for all connections.
  const missing = SETTING_NAMES.filter((name) => !page.includes(`\`${name.split('__')[0] ?? ''}\``));
  expect(missing).toEqual([]);
});
