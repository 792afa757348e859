/** Whatever the connector needs is away at once: "Test connection" still answers in time, and names the causes. */
import { createServer as createCurtServer } from 'node:http';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { testConnection } from '../../shared/sync/job/testConnection';
import { CHECKS } from '../../shared/sync/job/ConnectionLine';
import { TINY } from '../support/stories';
import { TestConnector } from '../support/TestConnector';

test('an outage of storage, Service Bus, Entra and GoTo is told within 15 seconds, a line a check', async () => {
  // It takes connections, and never says a word: worse than a closed port.
  const sockets = new Set<Socket>();
  const mute = createServer((socket) => void sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  const { port } = mute.address() as AddressInfo;
  const connector = await TestConnector.start({ world: TINY });
  try {
    await connector.restart({
      TableStorage: `DefaultEndpointsProtocol=http;AccountName=x;AccountKey=eA==;TableEndpoint=http://127.0.0.1:${port}/x`,
      ServiceBusConnection: `Endpoint=sb://127.0.0.1:${port};SharedAccessKeyName=a;SharedAccessKey=b;UseDevelopmentEmulator=true`,
      GRAPH_ENDPOINT: `http://127.0.0.1:${port}`,
      GOTO_API_ENDPOINT: `http://127.0.0.1:${port}`,
      GOTO_AUTH_ENDPOINT: `http://127.0.0.1:${port}`,
    });
    const begun = performance.now();
    const lines = await testConnection(connector.engine);
    expect(performance.now() - begun).toBeLessThan(15_000);
    expect(lines.map(({ check }) => check)).toEqual(CHECKS);
    const messageOf = (check: string) => lines.find((one) => one.check === check)?.message;
    expect(messageOf('storage')).toMatch(/Table Storage did not answer within 12 s/);
    expect(messageOf('serviceBus')).toMatch(/Service Bus did not answer within 12 s/);
    expect(messageOf('entraApp')).toMatch(/Microsoft Graph did not answer within 12 s/);
    expect(messageOf('gotoToken')).toBe('Not tried, because storage failed: mend that first.');
  } finally {
    await connector.restart({ TableStorage: '' });
    await connector.stop();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => mute.close(resolve));
    // What nobody waits for any more still goes on: with nobody there each of its calls is tried again for long.
    const curt = createCurtServer((_request, response) =>
      response.writeHead(404, { connection: 'close' }).end(),
    ).unref();
    await new Promise<void>((resolve) => curt.listen(port, '127.0.0.1', resolve));
  }
});
