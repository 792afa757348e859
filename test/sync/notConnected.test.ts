/** Deployed first, authorized later: the time between. */
import { getJob } from '../../shared/api/getJob';
import { getUser } from '../../shared/api/user/getUser';
import { apiRequest } from '../support/apiRequest';
import { TINY } from '../support/stories';
import { TestConnector } from '../support/TestConnector';

test('timers start nothing and say so once; whoever asks is told what to do; after Authorize it works', async () => {
  const connector = await TestConnector.start({
    world: TINY,
    settings: { GOTO_PERSONAL_ACCESS_TOKEN: '', GOTO_REFRESH_TOKEN: '' },
  });
  try {
    const said = (event: string): number => connector.events.filter(({ line }) => line.includes(event)).length;
    for (let minute = 0; minute < 3; minute += 1)
      expect(await connector.start()).toMatchObject({
        started: false,
        code: 'NotConnected',
        message: expect.stringContaining('authorize it') as unknown,
      });
    expect(await connector.start('full', { orNext: true })).toMatchObject({ started: false, code: 'NotConnected' });
    expect(said('connection.missing')).toBe(1);
    // Their sign of life: the alert no-cycle would take them for standing still.
    expect(said('"job.refused","code":"NotConnected"')).toBe(4);
    expect(await getJob(connector.engine, apiRequest())).toMatchObject({
      body: {
        schedule: { nextRunDateTime: null },
        status: { code: 'NotConfigured', connection: { connected: false }, currentCycle: null },
      },
    });
    expect(connector.world.goto.requests).toEqual([]);
    expect(connector.stack.entra.requests).toEqual([]);
    // Nor is anybody promised an account at a time.
    const [somebody = ''] = connector.world.directory.entitledIds();
    expect(await getUser(connector.engine, apiRequest('', { id: somebody }))).toMatchObject({
      body: {
        reason: 'NotConnected',
        next: { action: expect.stringMatching(/create|link/u) as unknown, dateTime: null },
      },
    });

    await connector.restart({ GOTO_REFRESH_TOKEN: connector.world.goto.refreshToken });
    expect(await connector.cycle()).toMatchObject({ state: 'succeeded', mode: 'initial' });
    expect(await getJob(connector.engine, apiRequest())).toMatchObject({
      body: { status: { code: 'Active', connection: { connected: true } } },
    });
  } finally {
    await connector.stop();
  }
});
