/** How many messages the local host hands out at once, and what happens to their locks: the real host's rules. */
import { delay, ServiceBusClient, type ServiceBusMessage } from '@azure/service-bus';
import { realClock, type StackClock } from '../../local/clock/StackClock';
import { VirtualClock } from '../../local/clock/VirtualClock';
import type { TypedData } from '../../local/azure/functions-host/protocol';
import { ServiceBusListener } from '../../local/azure/functions-host/ServiceBusListener';
import { serviceBusConnection } from '../../local/azure/functions-host/serviceBusConnection';
import { Broker } from '../../local/azure/service-bus/Broker';
import { plainQueue } from '../support/plainQueue';

const LOCK_MS = 300_000;
const IDLE_MS = 300;
const ALL = {
  prefetchCount: 0,
  autoCompleteMessages: true,
  maxConcurrentCalls: 2,
  maxConcurrentSessions: 3,
  maxMessageBatchSize: 10,
  sessionIdleTimeout: IDLE_MS,
  maxAutoLockRenewalDuration: 600_000,
};

interface Call {
  readonly from: number;
  readonly session: string;
  readonly bodies: readonly unknown[];
  readonly deliveries: unknown;
  readonly metadata: Readonly<Record<string, TypedData>>;
  to: number | undefined;
}

let broker: Broker;
let listener: ServiceBusListener | undefined;
let calls: Call[] = [];
let errors: unknown[] = [];

afterEach(async () => {
  await listener?.stop();
  listener = undefined;
  await broker.stop();
  calls = [];
  errors = [];
});

const start = async (clock: StackClock, lockDuration = LOCK_MS): Promise<void> => {
  const queue = { ...plainQueue, lockDuration, maxDeliveryCount: 10, defaultMessageTimeToLive: 14 * 86_400_000 };
  broker = await Broker.start({
    clock,
    queues: new Map([
      ['lanes', { ...queue, requiresSession: true }],
      ['plain', queue],
    ]),
  });
};

const send = async (queue: string, messages: ServiceBusMessage[]): Promise<void> => {
  const client = new ServiceBusClient(broker.connectionString);
  await client.createSender(queue).sendMessages(messages);
  await client.close();
};

function listen(
  options: {
    readonly many?: boolean;
    readonly queue?: 'lanes' | 'plain' | 'nowhere';
    readonly settings?: Partial<typeof ALL>;
    readonly clock?: StackClock;
  },
  handle: (call: Call) => Promise<unknown>,
): void {
  const { many = false, queue = 'lanes', settings = {}, clock } = options;
  listener = new ServiceBusListener(
    serviceBusConnection('Bus', { Bus: broker.connectionString }),
    queue,
    {
      type: 'serviceBusTrigger',
      connection: 'Bus',
      isSessionsEnabled: queue !== 'plain',
      ...(many ? { cardinality: 'many' } : {}),
    },
    { ...ALL, ...settings },
    async (data, metadata) => {
      const call: Call = {
        from: Date.now(),
        session: many ? String(valueOf(metadata['SessionIdArray'], 0)) : String(valueOf(metadata['SessionId'])),
        bodies: 'collectionString' in data ? data.collectionString.string : [valueOf(data)],
        deliveries: many ? valueOf(metadata['DeliveryCountArray']) : valueOf(metadata['DeliveryCount']),
        metadata,
        to: undefined,
      };
      calls.push(call);
      await handle(call);
      call.to = Date.now();
    },
    (error) => errors.push(error),
    clock === undefined ? undefined : broker.queue(queue),
  );
}

function valueOf(data: TypedData | undefined, index?: number): unknown {
  const value: unknown =
    data === undefined
      ? undefined
      : 'json' in data
        ? JSON.parse(data.json)
        : 'int' in data
          ? data.int
          : 'string' in data
            ? data.string
            : undefined;
  return index === undefined ? value : (value as unknown[])[index];
}

const until = async (holds: () => boolean): Promise<void> => {
  for (let tries = 0; tries < 1_000; tries += 1) {
    if (holds()) return;
    await delay(10);
  }
  throw new Error(`never: ${JSON.stringify(calls)} ${errors.map(String).join('\n')}`);
};
const isEmpty = (queue = 'lanes'): boolean => {
  const { active, locked } = broker.queue(queue).counts;
  return active + locked === 0;
};
const inSessions = (sessionIds: readonly string[], each: number): ServiceBusMessage[] =>
  sessionIds.flatMap((sessionId) => Array.from({ length: each }, (_, body) => ({ body, sessionId })));
/** The most calls of which every two overlap at one moment. */
const peakOf = (all: readonly Call[]): number =>
  Math.max(...all.map(({ from }) => all.filter((one) => one.from <= from && (one.to ?? Infinity) > from).length));

describe('batches of a session queue', () => {
  test('one session at a time, whatever maxConcurrentSessions says, and the next only after the idle wait', async () => {
    await start(realClock);
    await send('lanes', inSessions(['a', 'b', 'c'], 2));
    listen({ many: true }, () => delay(50));
    await until(() => isEmpty() && calls.every((call) => call.to !== undefined));

    expect(peakOf(calls)).toBe(1);
    expect(calls.flatMap((call) => call.bodies.map(() => call.session))).toEqual(['a', 'a', 'b', 'b', 'c', 'c']);
    for (const session of ['b', 'c']) {
      const first = calls.findIndex((call) => call.session === session);
      // Timers may fire a millisecond early.
      expect((calls[first]?.from ?? 0) - (calls[first - 1]?.to ?? 0)).toBeGreaterThanOrEqual(IDLE_MS - 2);
    }
  });

  test('the lock is not renewed: a handler that outlives it loses it, and the messages come back counted', async () => {
    const clock = new VirtualClock(Date.now());
    await start(clock);
    await send('lanes', inSessions(['a'], 2));
    listen({ many: true, clock }, () => {
      if (calls.length === 1) clock.advance(LOCK_MS + 1);
      return Promise.resolve();
    });
    await until(() => isEmpty());

    expect(calls[0]?.deliveries).toEqual([1, 1]);
    expect(calls.slice(1).flatMap((call) => call.deliveries)).toEqual([2, 2]);
    expect(errors).toMatchObject([{ code: 'SessionLockLost' }]);
  });

  test('the lock counts from accepting the session, not from a batch', async () => {
    const clock = new VirtualClock(Date.now());
    await start(clock);
    await send('lanes', inSessions(['a'], 3));
    // Each call takes less than the lock, two of them more.
    listen({ many: true, clock, settings: { maxMessageBatchSize: 1 } }, () => {
      clock.advance(0.6 * LOCK_MS);
      return Promise.resolve();
    });
    await until(() => isEmpty());

    expect(calls.map((call) => [call.bodies, call.deliveries])).toEqual([
      [['0'], [1]],
      [['1'], [1]],
      [['1'], [2]],
      [['2'], [1]],
      [['2'], [2]],
    ]);
  });
});

describe('single messages of a session queue', () => {
  test('as many sessions at once as set, one message at a time and in order in each', async () => {
    await start(realClock);
    await send('lanes', inSessions(['a', 'b', 'c', 'd'], 2));
    listen({}, () => delay(100));
    await until(() => isEmpty() && calls.every((call) => call.to !== undefined));

    expect(peakOf(calls)).toBe(ALL.maxConcurrentSessions);
    for (const session of ['a', 'b', 'c', 'd']) {
      const own = calls.filter((call) => call.session === session);
      expect(own.map((call) => call.bodies)).toEqual([['0'], ['1']]);
      expect(peakOf(own)).toBe(1);
    }
  });

  test('a lock is renewed on the wire while the handler runs', async () => {
    await start(realClock, 500);
    await send('lanes', inSessions(['a'], 1));
    listen({}, () => delay(1_400));
    await until(() => isEmpty());

    expect(calls).toHaveLength(1);
    expect(errors).toEqual([]);
  });

  test.each([1, 1.9, 50])('a jump of %d locks at once is survived, too', async (locks) => {
    const clock = new VirtualClock(Date.now());
    await start(clock);
    await send('lanes', inSessions(['a', 'b'], 1));
    listen({ clock, settings: { maxAutoLockRenewalDuration: 100 * LOCK_MS } }, () => {
      clock.advance(locks * LOCK_MS);
      return Promise.resolve();
    });
    await until(() => isEmpty());

    expect(calls.map((call) => call.deliveries)).toEqual([1, 1]);
    expect(errors).toEqual([]);
  });

  test('past maxAutoLockRenewalDuration it is lost, the session is given up and the count grows', async () => {
    const clock = new VirtualClock(Date.now());
    await start(clock);
    await send('lanes', inSessions(['a'], 1));
    listen({ clock }, () => {
      // The last renewal is at most ten minutes after the session was accepted.
      if (calls.length < 3) clock.advance(3 * LOCK_MS);
      return Promise.resolve();
    });
    await until(() => isEmpty());

    expect(calls.map((call) => call.deliveries)).toEqual([1, 2, 3]);
    expect(errors).toMatchObject([{ code: 'SessionLockLost' }, { code: 'SessionLockLost' }]);
  });

  test('the renewal ends a fixed time after the session was accepted, however short its messages are', async () => {
    const clock = new VirtualClock(Date.now());
    await start(clock);
    await send('lanes', inSessions(['a'], 10));
    listen({ clock }, () => {
      clock.advance(120_000);
      return Promise.resolve();
    });
    await until(() => isEmpty());

    // Renewed at 4:50 and 9:40, so it ends at 14:40: in the eighth message of two minutes.
    expect(calls.map((call) => call.deliveries)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 2, 1, 1]);
    expect(errors).toMatchObject([{ code: 'SessionLockLost' }]);
  });

  test('a failed handler has its message back at once, with delivery count, id and session in the metadata', async () => {
    await start(realClock);
    await send('lanes', [{ body: { n: 1 }, sessionId: 'a', messageId: 'm-1' }]);
    listen({}, () => (calls.length < 3 ? Promise.reject(new Error('not yet')) : Promise.resolve()));
    await until(() => isEmpty());

    expect(calls.map((call) => call.metadata)).toMatchObject(
      [1, 2, 3].map((count) => ({
        DeliveryCount: { int: count },
        MessageId: { string: 'm-1' },
        SessionId: { string: 'a' },
      })),
    );
  });
});

describe('a queue without sessions', () => {
  test('single messages run side by side and are renewed', async () => {
    const clock = new VirtualClock(Date.now());
    await start(clock);
    await send(
      'plain',
      [1, 2, 3].map((body) => ({ body })),
    );
    let running = 0;
    listen({ queue: 'plain', clock, settings: { maxAutoLockRenewalDuration: 100 * LOCK_MS } }, async () => {
      running += 1;
      if (calls.length <= 2) await until(() => running >= 2);
      clock.advance(1.5 * LOCK_MS);
    });
    await until(() => isEmpty('plain'));

    expect(calls.map((call) => call.deliveries)).toEqual([1, 1, 1]);
    expect(errors).toEqual([]);
  });

  test('a batch is not renewed', async () => {
    const clock = new VirtualClock(Date.now());
    await start(clock);
    await send('plain', [{ body: 1 }]);
    listen({ queue: 'plain', many: true, clock }, () => {
      if (calls.length === 1) clock.advance(1.5 * LOCK_MS);
      return Promise.resolve();
    });
    await until(() => isEmpty('plain'));

    expect(calls.map((call) => call.deliveries)).toEqual([[1], [2]]);
    expect(errors).toMatchObject([{ code: 'MessageLockLost' }]);
  });
});

test('who is stopped before the link is up stops at once', async () => {
  await start(realClock);
  listen({}, () => Promise.resolve());
  // Half a minute is what the client waits for a session.
  await listener?.stop();
}, 10_000);

test('a queue that cannot be read is told once, not by each slot, with what to check; whoever is stopped meanwhile stops at once', async () => {
  await start(realClock);
  listen({ queue: 'nowhere' }, () => Promise.resolve());
  await until(() => errors.length > 0);
  await listener?.stop();
  expect(errors).toHaveLength(1);
  expect(String(errors[0])).toMatch(
    /The queue nowhere cannot be read: .+ Check Bus, or Bus__fullyQualifiedNamespace with an identity/,
  );
}, 10_000);

test('a foreign message whose body is no bytes fails, is delivered to the last time and set aside: its session goes on', async () => {
  await start(realClock);
  const client = new ServiceBusClient(broker.connectionString);
  const odd = { body: 5, bodyType: 'value' as const, properties: { groupId: 's', messageId: 'odd' } };
  await client.createSender('lanes').sendMessages(odd);
  await client.createSender('lanes').sendMessages({ body: { n: 1 }, sessionId: 's' });
  await client.close();
  listen({}, () => Promise.resolve());
  await until(() => calls.length === 1 && isEmpty());
  expect(calls[0]?.bodies).toEqual(['{"n":1}']);
  expect(broker.queue('lanes').counts.deadLettered).toBe(1);
  expect(errors).toHaveLength(10);
});
