/** One simulator by itself: `node dist/local/simulate.js entra|goto|service-bus [world] [port]`. */
import { realClock } from '../clock/StackClock';
import { EntraSimulator } from '../simulators/entra/EntraSimulator';
import { Broker } from '../azure/service-bus/Broker';
import { declaredQueues } from '../azure/service-bus/QueueConfig';
import { stopOnSignal } from '../stack/stopOnSignal';
import { buildWorld, worldSize } from '../simulators/world/buildWorld';

async function main(): Promise<void> {
  const [what, worldName = 'small', port = '0'] = process.argv.slice(2);
  const size = worldSize(worldName);
  if (what === 'service-bus') {
    const broker = await Broker.start({ queues: declaredQueues, clock: realClock, port: Number(port) });
    console.log(broker.connectionString);
    stopOnSignal()(() => broker.stop());
    return;
  }
  if (what !== 'entra' && what !== 'goto') throw new Error('Say what to simulate: entra, goto or service-bus.');
  const world = buildWorld(size, 1, realClock);
  const server = what === 'entra' ? new EntraSimulator(world.directory, realClock) : world.goto;
  await server.start(Number(port));
  console.log(`${server.origin}  (state: ${server.origin}/_simulator/state)`);
  stopOnSignal()(() => server.stop());
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
