/** GoTo's side of the connection. */
import { mayManageUsers, type Me } from '../../goto/readMe';
import type { License } from '../../model/Account';
import { ConnectorError } from '../../model/ConnectorError';
import type { Engine } from '../Engine';
import { line, notTried, sentencesOf, type Check, type ConnectionLine } from './ConnectionLine';

/** Clocks further apart than this, in ms, make tokens and log entries lie. */
const SKEW_MS = 60_000;
/** What GoTo documents (goto-api.md 4). */
const DOCUMENTED_RATE = 10;

const AFTER_TOKEN: readonly Check[] = ['gotoScope', 'gotoAccount', 'gotoRole', 'gotoLicenses', 'gotoClock'];

export async function testGoto(engine: Engine): Promise<readonly ConnectionLine[]> {
  const rate = await rateLine(engine);
  if ((await demandedUntil(engine)) > engine.clock.now())
    return [
      ...(['gotoToken', ...AFTER_TOKEN] as const).map((check) =>
        line(check, 'warning', 'Not tried: GoTo demanded a wait. Test again when it is over.'),
      ),
      rate,
    ];
  const state = await engine.connection.state();
  if (!state.connected) return [line('gotoToken', 'failed', state.toDo), ...notTried(AFTER_TOKEN, 'gotoToken'), rate];
  const caller = { pacer: engine.pacing.guest };
  let me: Me;
  try {
    me = await engine.accounts.me(caller);
  } catch (error) {
    const isToken = error instanceof ConnectorError && (!error.sent || error.code === 'StorageUnreachable');
    if (isToken) return [line('gotoToken', 'failed', sentencesOf(error)), ...notTried(AFTER_TOKEN, 'gotoToken'), rate];
    return [
      line('gotoToken', 'ok', 'GoTo gives access tokens.'),
      line('gotoScope', 'failed', scopeMessage(error)),
      ...notTried(['gotoAccount', 'gotoRole', 'gotoLicenses'], 'gotoScope'),
      clockLine(engine),
      rate,
    ];
  }
  return [
    line('gotoToken', 'ok', 'GoTo gives access tokens.'),
    line('gotoScope', 'ok', 'The token opens the Admin API (scope identity:).'),
    ...(await testAccount(engine, me)),
    clockLine(engine),
    rate,
  ];
}

const scopeMessage = (error: unknown): string =>
  error instanceof ConnectorError && (error.status === 401 || error.status === 403)
    ? 'GoTo’s Admin API refuses the token: its OAuth client lacks the scope identity:. Add it at developer.logmeininc.com/clients, then authorize again or make a new personal access token.'
    : sentencesOf(error);

async function testAccount(engine: Engine, me: Me): Promise<readonly ConnectionLine[]> {
  if (!me.accountKeys.includes(engine.accounts.accountKey))
    return [
      line(
        'gotoAccount',
        'failed',
        `GOTO_ACCOUNT_KEY is not an account of the token’s owner, who has ${[...new Set(me.accountKeys)].join(', ') || 'none'}. Correct the setting, or authorize as an administrator of the right account.`,
      ),
      ...notTried(['gotoRole', 'gotoLicenses'], 'gotoAccount'),
    ];
  return [
    line('gotoAccount', 'ok', 'The token’s owner belongs to the account of GOTO_ACCOUNT_KEY.'),
    roleLine(me),
    await testLicenses(engine),
  ];
}

function roleLine(me: Me): ConnectionLine {
  switch (mayManageUsers(me)) {
    case 'yes':
      return line('gotoRole', 'ok', 'The token’s owner may manage users.');
    case 'unknown':
      return line(
        'gotoRole',
        'warning',
        'GoTo does not say what the token’s owner may do (a custom role). See in GoTo Admin that it may manage users.',
      );
    case 'no':
      return line(
        'gotoRole',
        'failed',
        'The token’s owner may not manage users. Give that person the role in GoTo Admin, or authorize as an administrator.',
      );
  }
}

async function testLicenses(engine: Engine): Promise<ConnectionLine> {
  let licenses: readonly License[];
  try {
    licenses = await engine.accounts.licenses({ pacer: engine.pacing.guest });
  } catch (error) {
    return line('gotoLicenses', 'failed', sentencesOf(error));
  }
  const wanted = [...new Set(Object.values(engine.policy.roleEntitlements).flatMap((rule) => rule.licenseKeys))];
  const named = new Map(licenses.map((license) => [license.key, license]));
  const missing = wanted.filter((key) => !named.has(key));
  const known = licenses.map((license) => `${license.key} (${license.description})`).join(', ');
  if (missing.length > 0)
    return line(
      'gotoLicenses',
      'failed',
      `ROLE_ENTITLEMENTS names licences that the account does not have: ${missing.join(', ')}. It has: ${known || 'none'}. Name one of these.`,
    );
  const own = wanted.flatMap((key) => named.get(key) ?? []);
  const unusable = own.filter((one) => !one.enabled || one.devicesOnly || one.externallyManaged);
  if (unusable.length > 0)
    return line(
      'gotoLicenses',
      'failed',
      `GoTo gives these licences to nobody (switched off, for devices, or managed elsewhere): ${unusable.map((one) => one.description).join(', ')}. Name others in ROLE_ENTITLEMENTS.`,
    );
  const full = own.filter((one) => one.seats !== null && one.seats <= one.used);
  if (full.length > 0)
    return line(
      'gotoLicenses',
      'warning',
      `No seat is free: ${full.map((one) => `${one.description} (${one.used} of ${one.seats ?? ''})`).join(', ')}. Free or buy seats; whoever needs one waits for it.`,
    );
  return line(
    'gotoLicenses',
    'ok',
    `Seats: ${own.map((one) => `${one.description} ${one.used} of ${one.seats ?? 'unknown'}`).join(', ')}.`,
  );
}

function clockLine({ accounts }: Engine): ConnectionLine {
  const { skewMs } = accounts;
  if (skewMs === undefined) return line('gotoClock', 'warning', 'GoTo does not say what time it is.');
  const seconds = Math.round(Math.abs(skewMs) / 1_000);
  return Math.abs(skewMs) > SKEW_MS
    ? line('gotoClock', 'warning', `This host’s clock and GoTo’s are ${seconds} s apart. Set the host’s clock.`)
    : line('gotoClock', 'ok', 'This host’s clock and GoTo’s agree.');
}

/** Storage that does not answer has a line of its own. */
const demandedUntil = ({ pacing }: Engine): Promise<number> => pacing.waitingUntil().catch(() => 0);

async function rateLine(engine: Engine): Promise<ConnectionLine> {
  const { clock, ratePerSecond } = engine;
  const until = await demandedUntil(engine);
  if (until > clock.now())
    return line(
      'gotoRate',
      'warning',
      `GoTo demanded a wait until ${new Date(until).toISOString()}; nothing is sent before. Lower GOTO_REQUESTS_PER_SECOND if this happens often.`,
    );
  return ratePerSecond > DOCUMENTED_RATE
    ? line(
        'gotoRate',
        'warning',
        `GOTO_REQUESTS_PER_SECOND is ${ratePerSecond}; GoTo documents ${DOCUMENTED_RATE}. Set it to 8.`,
      )
    : line('gotoRate', 'ok', `${ratePerSecond} requests a second, below the ${DOCUMENTED_RATE} that GoTo documents.`);
}
