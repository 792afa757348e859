/**
 * Tests the connection as Entra's "Test Connection" does, and more: both sides, each permission by a real call, and
 * Azure's own services. Nothing is written anywhere. All at once, and never longer than DEADLINE_MS.
 */
import { within } from '../../concurrency/within';
import type { Engine } from '../Engine';
import { CHECKS, line, notTried, sentencesOf, type Check, type ConnectionLine } from './ConnectionLine';
import { testEntra } from './testEntra';
import { testGoto } from './testGoto';

/** Of each part, in ms of real time: the answer comes within 15 s. */
const DEADLINE_MS = 12_000;

/** What a part of the test is, the checks that it answers for, and what to look at when it does not answer. */
interface Part {
  readonly checks: readonly Check[];
  readonly run: (engine: Engine) => Promise<readonly ConnectionLine[]>;
  readonly ifLate: string;
}

const noAnswer = (service: string, setting: string): string =>
  `${service} did not answer within ${DEADLINE_MS / 1_000} s. Check ${setting}, and the network or firewall in between.`;

const PARTS: readonly Part[] = [
  {
    checks: CHECKS.filter((check) => check.startsWith('entra')),
    run: testEntra,
    ifLate: noAnswer('Microsoft Graph', 'GRAPH_ENDPOINT'),
  },
  {
    checks: CHECKS.filter((check) => check.startsWith('goto')),
    run: testGoto,
    ifLate: noAnswer('GoTo', 'GOTO_API_ENDPOINT and GOTO_AUTH_ENDPOINT'),
  },
  {
    checks: ['storage'],
    run: async ({ store }) => {
      await store.job.read();
      return [line('storage', 'ok', 'Table Storage answers.')];
    },
    ifLate: noAnswer('Table Storage', 'AzureWebJobsStorage'),
  },
  {
    checks: ['serviceBus'],
    run: async ({ sender }) => {
      await sender.check();
      return [line('serviceBus', 'ok', 'Service Bus takes messages for each queue.')];
    },
    ifLate: noAnswer('Service Bus', 'ServiceBusConnection'),
  },
  {
    checks: ['keyVault'],
    run: async ({ connection }) => {
      await connection.credentials();
      return [
        connection.keepsTokens
          ? line('keyVault', 'ok', 'Key Vault lets the connector read its secrets.')
          : line(
              'keyVault',
              'warning',
              'There is no Key Vault: a refresh token that GoTo replaces lives only as long as the process. Set KEY_VAULT_URI.',
            ),
      ];
    },
    ifLate: noAnswer('Key Vault', 'KEY_VAULT_URI'),
  },
];

/** Needs no call. */
const signInLine = ({ signInWithEntra, signInProblem }: Engine): ConnectionLine =>
  signInProblem === undefined
    ? line('signIn', 'ok', signInWithEntra ? 'People sign in with Entra.' : 'Function keys open the routes.')
    : line('signIn', 'warning', signInProblem);

/** What a token of GoTo's is fetched with: while one of them fails, that there is none says nothing about GoTo. */
const UNDER_TOKEN: readonly Check[] = ['storage', 'keyVault'];

/** @returns a line a check, in the order of CHECKS */
export async function testConnection(engine: Engine): Promise<readonly ConnectionLine[]> {
  const lines = (
    await Promise.all(
      PARTS.map(async ({ checks, run, ifLate }) => {
        const all = (message: string): ConnectionLine[] => checks.map((check) => line(check, 'failed', message));
        try {
          return await within(DEADLINE_MS, run(engine), all(ifLate));
        } catch (error) {
          return all(sentencesOf(error));
        }
      }),
    )
  )
    .flat()
    .concat(signInLine(engine));
  const hasFailed = (check: Check): boolean => lines.some((one) => one.check === check && one.status === 'failed');
  const cause = hasFailed('gotoToken') ? UNDER_TOKEN.find(hasFailed) : undefined;
  return lines
    .flatMap((one) =>
      cause !== undefined && one.check.startsWith('goto') && one.status === 'failed'
        ? notTried([one.check], cause)
        : [one],
    )
    .sort((a, b) => CHECKS.indexOf(a.check) - CHECKS.indexOf(b.check));
}
