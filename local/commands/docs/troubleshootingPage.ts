import { CONNECTION_PAGES } from '../../../shared/api/connection/connectionPage';
import { ERROR_CODES } from '../../../shared/model/ErrorCode';
import { REASONS, toDoFor, type Reason } from '../../../shared/model/Reason';
import { CHECKS, type Check } from '../../../shared/sync/job/ConnectionLine';

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** What each check of "Test connection" tries. */
const TRIES: Readonly<Record<Check, string>> = {
  entraToken: 'the managed identity gives a token for Microsoft Graph',
  entraApp: 'the enterprise application is found (`Application.Read.All`)',
  entraRoles: 'each rule of `ROLE_ENTITLEMENTS` names an app role',
  entraAssignments: 'somebody is assigned, and not by Default Access alone',
  entraUsers: 'users can be read (`User.Read.All`)',
  entraGroupMembers: 'members of an assigned group can be read (`GroupMember.Read.All`)',
  gotoToken: 'GoTo gives an access token for what Authorize, or a personal access token, left',
  gotoScope: 'the token opens the Admin API (scope `identity:`)',
  gotoAccount: 'its owner belongs to the account of `GOTO_ACCOUNT_KEY`',
  gotoRole: 'its owner may manage users',
  gotoLicenses: 'the account has the licences of the rules, with free seats',
  gotoClock: 'the two clocks agree',
  gotoRate: 'the rate is below the one GoTo documents, and GoTo demands no wait',
  storage: 'Table Storage answers',
  serviceBus: 'each queue is there and may be sent to',
  keyVault: 'the vault lets its secrets be read',
  signIn: 'App Service authentication is on, if people should sign in',
};

/** docs/troubleshooting.md, from the tables that the log and the answers take their words from. */
export function troubleshootingPage(): string {
  return [
    '<!-- Made by `npm run docs` from shared/model. Do not edit. -->',
    '',
    '# Troubleshooting',
    '',
    'Begin with the person or the cycle: the log entry has a reason, and where something failed an error code. One person’s story is read as',
    'in [help-desk.md](help-desk.md), alerts are explained in [operations.md](operations.md), who is not let in by Entra in [sign-in.md](sign-in.md).',
    '',
    '## It does not connect',
    '',
    'Authorize ends on a page that names why:',
    '',
    '| page | says | what to do |',
    '|---|---|---|',
    ...Object.entries(CONNECTION_PAGES)
      .filter(([outcome]) => outcome !== 'Connected')
      .map(([outcome, { title, toDo }]) => `| \`${outcome}\` | ${cell(title)} | ${cell(toDo.join(' '))} |`),
    '',
    'Before that it may answer 409: `NoOAuthClient`, `PersonalAccessTokenInUse` or `AddressUnknown`, with the sentence what to do. Then test the',
    'connection ([connect.md](connect.md)): `POST …/validateCredentials`, or the events `connection.checked` of the first cycle. Each line that is not',
    '`ok` says what to do; one that was "not tried" waits for the one it names.',
    '',
    '| check | tries whether |',
    '|---|---|',
    ...CHECKS.map((check) => `| \`${check}\` | ${TRIES[check]} |`),
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
