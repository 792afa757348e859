/** Events belong to the invocation that caused them, calls to whoever asked; nothing secret is in either. */
import { ERROR_CODES, adviceOf, categoryOf } from '../../shared/model/ErrorCode';
import { noCalls } from '../../shared/model/Cycle';
import { countCall, countCallsInto, countingCalls } from '../../shared/telemetry/callCounter';
import { cleanErrorText } from '../../shared/telemetry/cleanErrorText';
import { runInInvocation } from '../../shared/telemetry/invocation';
import { createTelemetry, messageOf } from '../../shared/telemetry/Telemetry';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('invocations', () => {
  test('two at once keep their events apart, through awaits, and carry their ids', async () => {
    const lines: Record<string, unknown[]> = { a: [], b: [], none: [] };
    const telemetry = createTelemetry((_level, line) => lines['none']?.push(JSON.parse(line)));
    const work = (name: string) =>
      runInInvocation(
        { invocationId: name, write: (level, line) => lines[name]?.push([level, JSON.parse(line)]) },
        async () => {
          await turn();
          telemetry.warn('cycle.resumed', { cycleId: name, state: 'applying' });
          await turn();
          return name;
        },
      );
    expect(await Promise.all([work('a'), work('b')])).toEqual(['a', 'b']);
    telemetry.info('mapping.changed', { version: 'for ada@example.com', before: null });
    expect(lines).toEqual({
      a: [['warn', { evt: 'cycle.resumed', cycleId: 'a', state: 'applying', invocationId: 'a' }]],
      b: [['warn', { evt: 'cycle.resumed', cycleId: 'b', state: 'applying', invocationId: 'b' }]],
      none: [{ evt: 'mapping.changed', version: 'for [address]', before: null }],
    });
  });
});

describe('call counts', () => {
  test('calls count for everybody around, and for nobody else', async () => {
    countCall('graph');
    const outer = noCalls();
    const inner = await countCallsInto(outer, async () => {
      countCall('graph');
      const [one, other] = await Promise.all([
        countingCalls(async () => {
          await turn();
          countCall('gotoReads');
          return 'value';
        }),
        countingCalls(async () => {
          await turn();
          countCall('gotoWrites');
          countCall('throttled');
        }),
      ]);
      expect(other.calls).toEqual({ graph: 0, gotoReads: 0, gotoWrites: 1, throttled: 1 });
      return one;
    });
    expect(inner).toEqual({ value: 'value', calls: { graph: 0, gotoReads: 1, gotoWrites: 0, throttled: 0 } });
    expect(outer).toEqual({ graph: 1, gotoReads: 1, gotoWrites: 1, throttled: 1 });
  });

  test('what was called before a failure is known', async () => {
    const counts = noCalls();
    const work = countCallsInto(counts, async () => {
      countCall('gotoWrites');
      await turn();
      throw new Error('lost');
    });
    await expect(work).rejects.toThrow('lost');
    expect(counts.gotoWrites).toBe(1);
  });

  test('one counter given twice counts once', async () => {
    const counts = noCalls();
    await countCallsInto(counts, () =>
      countCallsInto(counts, () => {
        countCall('graph');
        return Promise.resolve();
      }),
    );
    expect(counts.graph).toBe(1);
  });
});

describe('error texts of others', () => {
  const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl';
  test.each([
    ['an address', 'user ada.lovelace@example.com exists', 'user [address] exists'],
    [
      'a bearer token',
      'header "Authorization: Bearer abc.def" refused',
      'header "Authorization: Bearer [secret]" refused',
    ],
    ['a JWT', `got ${jwt} instead`, 'got [token] instead'],
    ['a secret by name', 'client_secret=hush&grant_type=x', 'client_secret=[secret]&grant_type=x'],
    ['a secret in JSON', '{"refresh_token": "abc"}', '{"refresh_token": "[secret]"}'],
    ['a word that is none', 'basic checks failed', 'basic checks failed'],
    ['a long secret', 'key AbCdEfGh1234567890AbCdEfGh1234567890== bad', 'key [secret] bad'],
    ['control characters', 'one\r\n\u0000two\u202e', 'one two'],
    [
      'an id, which stays',
      'no object 8e881353-1735-45af-af21-ee1344582a4d',
      'no object 8e881353-1735-45af-af21-ee1344582a4d',
    ],
    [
      'a path, which stays',
      'GET /v1.0/servicePrincipals/8e881353-1735-45af-af21-ee1344582a4d/appRoleAssignedTo',
      'GET /v1.0/servicePrincipals/8e881353-1735-45af-af21-ee1344582a4d/appRoleAssignedTo',
    ],
    ['a cycle’s id, which stays', 'cycle 0008638200000000-a1b2c3d4 ended', 'cycle 0008638200000000-a1b2c3d4 ended'],
  ])('%s', (_case, text, clean) => {
    expect(cleanErrorText(text)).toBe(clean);
  });

  test('they are cut, and no half secret is left at the cut', () => {
    const long = cleanErrorText(`${'word '.repeat(239)}${'A1b2'.repeat(20)}`);
    expect(long).toHaveLength(300);
    expect(cleanErrorText(`${'\u0000'.repeat(1_190)} ${'A1b2'.repeat(20)}`)).toBe('');
    expect(messageOf(new Error(`refused ${jwt}`))).toBe('refused [token]');
    expect(messageOf('ada@example.com')).toBe('[address]');
  });
});

test('every error code says in one sentence what to do next; an unknown one of another release does no harm', () => {
  for (const [code, { advice }] of Object.entries(ERROR_CODES)) {
    expect(adviceOf(code)).toBe(advice);
    expect(advice).toMatch(/^[A-Z].*\.$/);
    expect(advice).not.toContain('\n');
  }
  expect(adviceOf('FromTheFuture')).toBe('See the message.');
  expect(adviceOf('toString')).toBe('See the message.');
  expect(categoryOf('FromTheFuture')).toBe('failure');
  expect(categoryOf('LicenseLimitExceeded')).toBe('nonServiceFailure');
});
