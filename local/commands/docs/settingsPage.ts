import { SECTIONS, tellSettings, type ToldSetting } from '../../../shared/settings/Settings';

const BEGIN =
  '<!-- prettier-ignore-start -->\n<!-- Made by `npm run docs` from shared/settings/Settings.ts. Do not edit. -->';
const END = '\n<!-- prettier-ignore-end -->';

/**
 * @param page docs/settings.md as it is: what is written by hand stays
 * @returns the page with the tables of today's settings. @throws Error when their place is not there
 */
export function settingsPage(page: string): string {
  const [before, rest] = page.split(BEGIN, 2);
  const after = rest?.slice(rest.indexOf(END));
  if (before === undefined || after?.startsWith(END) !== true) throw new Error('docs/settings.md lost its markers.');
  return [before, BEGIN, tables(), after].join('');
}

function tables(): string {
  const settings = tellSettings();
  return SECTIONS.flatMap((section) => [
    '',
    `## ${section}`,
    '',
    '| name | meaning | when not set |',
    '|---|---|---|',
    ...settings.filter((one) => one.section === section).map(rowOf),
  ]).join('\n');
}

const rowOf = ({ name, meaning, fallback }: ToldSetting): string =>
  `| \`${name}\` | ${meaning} | ${fallback === undefined ? '**needed**' : fallback === '``' ? 'none' : fallback} |`;
