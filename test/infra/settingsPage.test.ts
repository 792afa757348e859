import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingsPage } from '../../local/commands/docs/settingsPage';
import { SECTIONS, SETTING_NAMES, tellSettings } from '../../shared/settings/Settings';
import { INFRA } from './Snapshot';

const page = readFileSync(join(INFRA, '../docs/settings.md'), 'utf8');

test('docs/settings.md is what the settings say of themselves; npm run docs writes it', () => {
  expect(page).toBe(settingsPage(page));
});

test('each setting stands on the page once, with its meaning and what counts without it', () => {
  const rows = [...page.matchAll(/^\| `(\w+)` \| (.+) \| (.+) \|$/gm)];
  expect(rows.map(([, name]) => name).sort()).toEqual([...SETTING_NAMES].sort());
  const needed = rows.filter(([, , , fallback]) => fallback === '**needed**').map(([, name]) => name);
  expect(needed).toEqual(['GOTO_ACCOUNT_KEY', 'ROLE_ENTITLEMENTS']);
  expect(new Set(tellSettings().map(({ section }) => section))).toEqual(new Set(SECTIONS));
});

test('a page that lost the place of its tables is not written over', () => {
  expect(() => settingsPage('# Settings\n')).toThrow('lost its markers');
});
