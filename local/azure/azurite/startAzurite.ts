/** Azurite as a child process, on free ports, in memory or in a folder. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { isOwned, ownerSocket } from '../heldFolder';

const START_TIMEOUT_MS = 30_000;
const POLL_MS = 50;
/** Azurite's well-known development key: it opens nothing but this. */
const KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** Azurite writes its tables to the folder every five seconds, and when it ends: an earlier one may still be at it, in ms. */
const EARLIER_ENDS_MS = 15_000;
/**
 * Runs in Azurite before Azurite. Its stdin is a pipe from here, which closes when this process ends, however it ends: then
 * Azurite saves and ends too. Until then it owns its folder.
 */
const GUARD = `
  import { createServer } from 'node:net';
  const socket = process.env.AZURITE_OWNER_SOCKET;
  if (socket) createServer((connection) => connection.destroy()).listen(socket).unref();
  const end = () => {
    setTimeout(() => process.exit(1), ${EARLIER_ENDS_MS - 5_000}).unref();
    if (!process.emit('SIGTERM')) process.exit(0);
  };
  process.stdin.once('end', end).once('error', end).resume();
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
`;

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

export interface AzuriteOptions {
  /** Separate storage accounts, so that tests do not see each other's tables. */
  readonly accounts?: readonly string[];
  /** A folder that keeps everything; without one it is forgotten. */
  readonly folder?: string | undefined;
  /** Of whoever measures. */
  readonly watch?: AzuriteWatch | undefined;
}

/** @throws Error when it does not start, or an earlier one does not let go of the folder */
export async function startAzurite({
  accounts = ['devstoreaccount1'],
  folder,
  watch: { onRequest, preload } = {},
}: AzuriteOptions = {}): Promise<Azurite> {
  const socket = folder === undefined ? '' : await freeSocket(folder);
  const [blob = 0, queue = 0, table = 0] = await freePorts(3);
  const entry = createRequire(__filename).resolve('azurite/dist/src/azurite.js');
  const ports = ['--blobPort', blob, '--queuePort', queue, '--tablePort', table].map(String);
  const child = spawn(
    process.execPath,
    [
      '--import',
      `data:text/javascript,${encodeURIComponent(GUARD)}`,
      ...(preload === undefined ? [] : ['--require', preload]),
      entry,
      ...(folder === undefined ? ['--inMemoryPersistence'] : ['--location', folder]),
      '--skipApiVersionCheck',
      '--disableTelemetry',
      ...(onRequest === undefined ? ['--silent'] : []),
      ...ports,
    ],
    {
      stdio: ['pipe', 'pipe', 'pipe'],
      // Ctrl-C reaches the whole group of the terminal; the tables must outlive the worker that still writes to them.
      detached: true,
      windowsHide: true,
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        AZURITE_ACCOUNTS: accounts.map((name) => `${name}:${KEY}`).join(';'),
        AZURITE_OWNER_SOCKET: socket,
      },
    },
  );
  await listening(child);
  if (onRequest !== undefined) readAccessLog(child.stdout, onRequest);
  return {
    connectionString: (account = accounts[0] ?? 'devstoreaccount1') =>
      `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${KEY};` +
      `BlobEndpoint=http://127.0.0.1:${blob}/${account};QueueEndpoint=http://127.0.0.1:${queue}/${account};TableEndpoint=http://127.0.0.1:${table}/${account};`,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.stdin.end();
      await ended;
    },
  };
}

/** The socket of the folder's owner, once an Azurite whose own process was killed has saved and gone. */
async function freeSocket(folder: string): Promise<string> {
  const socket = ownerSocket(folder, 'azurite');
  const patience = Date.now() + EARLIER_ENDS_MS;
  while (await isOwned(socket)) {
    if (Date.now() > patience) throw new Error(`Another Azurite works in ${folder} and does not end.`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return socket;
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
