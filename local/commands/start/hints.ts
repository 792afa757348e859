/** What to try once it runs. */
import pc from 'picocolors';
import { JOB_PATH } from './ConnectorView';
import type { Shell } from './shell';

export interface Places {
  readonly connector: string;
  readonly entra: string;
  readonly goto: string;
  /** Where the function key is kept, or undefined when it was given. */
  readonly keyFile: string | undefined;
  readonly events: string;
}

/** A person by the object id in Entra and the mail address, which the account in GoTo has too. */
export interface Someone {
  readonly id: string;
  readonly mail: string;
}

/** What the other commands need. @returns lines */
export function variables({ connector, keyFile }: Places, shell: Shell): string[] {
  const key = keyFile === undefined ? { text: 'what you gave as FUNCTION_KEY' } : { file: keyFile };
  return [`  ${shell.set('KEY', key)}`, `  ${shell.set('JOB', { text: `${connector}${JOB_PATH}` })}`];
}

/** @param someone whom the examples look up. @returns lines */
export function hints(places: Places, shell: Shell, someone: Someone | undefined): string[] {
  const log = `${places.connector}/api/auditLogs/provisioning?$top=5&$filter=provisioningAction eq 'create'`;
  const mail = encodeURIComponent(someone?.mail ?? '@');
  const commands: [string, string][] = [
    ['the job and its people', shell.request({ url: '$JOB' })],
    ['who was created, with old and new values', shell.request({ url: log.replaceAll(' ', '%20') })],
    ['a full synchronization now', shell.request({ method: 'POST', url: '$JOB/sync', body: '{"mode":"full"}' })],
    [
      'one person in the simulated Entra',
      shell.request({ url: `${places.entra}/_simulator/state?search=${someone?.id ?? ''}` }, false),
    ],
    ['… and in the simulated GoTo', shell.request({ url: `${places.goto}/_simulator/state?search=${mail}` }, false)],
  ];
  return [
    '',
    `${pc.bold('What to try next')} ${pc.dim('(in another terminal; the company lives on, watch this one)')}`,
    '',
    `  the page: ${pc.cyan(`${places.connector}/api/dashboard/`)}`,
    ...commands.flatMap(([what, command]) => [`  ${pc.dim(`# ${what}`)}`, `  ${command}`]),
    '',
    pc.dim(`  Every event is in ${places.events}; npm start -- --events shows them here. Ctrl-C stops everything.`),
    '',
  ];
}
