/** Azurite as a child process, in memory, on free ports. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';

const START_TIMEOUT_MS = 30_000;
/** Azurite's well-known development key: it opens nothing but this. */
const KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

export interface Azurite {
  /** @param account any of the names given to the start */
  connectionString(account?: string): string;
  stop(): Promise<void>;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

export interface AzuriteWatch {
  /** Told of each request's method and path. */
  readonly onRequest?: (line: string) => void;
  /** A compiled module that is loaded before Azurite. */
  readonly preload?: string;
}

/**
 * @param accounts separate storage accounts, so that tests do not see each other's tables
 * @param watch of whoever measures
 */
export async function startAzurite(
  accounts: readonly string[] = ['devstoreaccount1'],
  watch: AzuriteWatch = {},
): Promise<Azurite> {
  const { onRequest, preload } = watch;
  const [blob = 0, queue = 0, table = 0] = await freePorts(3);
  const entry = createRequire(__filename).resolve('azurite/dist/src/azurite.js');
  const ports = ['--blobPort', blob, '--queuePort', queue, '--tablePort', table].map(String);
  const child = spawn(
    process.execPath,
    [
      ...(preload === undefined ? [] : ['--require', preload]),
      entry,
      '--inMemoryPersistence',
      '--skipApiVersionCheck',
      '--disableTelemetry',
      ...(onRequest === undefined ? ['--silent'] : []),
      ...ports,
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Ctrl-C reaches the whole group of the terminal; the tables must outlive the worker that still writes to them.
      detached: true,
      env: { ...process.env, NODE_OPTIONS: '', AZURITE_ACCOUNTS: accounts.map((name) => `${name}:${KEY}`).join(';') },
    },
  );
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  await listening(child);
  if (onRequest !== undefined) readAccessLog(child.stdout, onRequest);
  return {
    connectionString: (account = accounts[0] ?? 'devstoreaccount1') =>
      `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${KEY};` +
      `BlobEndpoint=http://127.0.0.1:${blob}/${account};QueueEndpoint=http://127.0.0.1:${queue}/${account};TableEndpoint=http://127.0.0.1:${table}/${account};`,
    async stop() {
      process.off('exit', kill);
      if (child.exitCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** One line a request: `127.0.0.1 - - [date] "GET /account/path HTTP/1.1" 200 -`. */
function readAccessLog(stdout: NodeJS.ReadableStream, onRequest: (line: string) => void): void {
  createInterface({ input: stdout }).on('line', (line) => {
    const request = /"([A-Z]+ \S+) HTTP/.exec(line)?.[1];
    if (request !== undefined) onRequest(request);
  });
}

function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    const timer = setTimeout(() => reject(new Error(`Azurite did not start: ${output}`)), START_TIMEOUT_MS);
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      if ((output.match(/successfully listen/g)?.length ?? 0) < 3) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => reject(new Error(`Azurite ended with ${String(code)}: ${output}`)));
  });
}
