import { ERROR_CODES } from '../../../shared/model/ErrorCode';
import { REASONS, toDoFor, type Reason } from '../../../shared/model/Reason';

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** docs/troubleshooting.md, from the tables that the log and the answers take their words from. */
export function troubleshootingPage(): string {
  return [
    '<!-- Made by `npm run docs` from shared/model. Do not edit. -->',
    '',
    '# Troubleshooting',
    '',
    'Begin with the person or the cycle: the log entry has a reason, and where something failed an error code. One person’s story is read as',
    'in [help-desk.md](help-desk.md), alerts are explained in [operations.md](operations.md).',
    '',
    '## Error codes',
    '',
    '“Service” means that a service failed or a limit was met, so it may pass by itself; “you” means that somebody has to change something.',
    '',
    '| code | whose | what to do |',
    '|---|---|---|',
    ...Object.entries(ERROR_CODES).map(
      ([code, { advice, category }]) =>
        `| \`${code}\` | ${category === 'failure' ? 'service' : 'you'} | ${cell(advice)} |`,
    ),
    '',
    '## Reasons',
    '',
    'Why something was done, or was not.',
    '',
    '| reason | means | what to do |',
    '|---|---|---|',
    ...(Object.keys(REASONS) as Reason[]).map(
      (reason) => `| \`${reason}\` | ${cell(REASONS[reason])} | ${cell(toDoFor(reason) ?? 'nothing')} |`,
    ),
    '',
  ].join('\n');
}
