import { createServer } from 'node:net';

/**
 * FUNCTIONS_PORT, default 7071, when it is free: looked at before anything is started.
 * @throws Error that says what to set
 */
export async function functionsPort(text: string | undefined): Promise<number> {
  const port = text === undefined || text === '' ? 7071 : /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new Error(`FUNCTIONS_PORT must be a port number from 0 to 65535, not "${text ?? ''}".`);
  if (!(await isFree(port))) throw new Error(taken(port));
  return port;
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((answer) => {
    const server = createServer()
      .once('error', () => answer(false))
      .listen(port, '127.0.0.1', () => server.close(() => answer(true)));
  });

const taken = (port: number): string =>
  `Port ${port} is taken. Set FUNCTIONS_PORT to a free one, for example ${port + 1}.`;

/** A port that was taken meanwhile in words; any other error as it is. */
export function explainStartError(error: unknown, port: number): string {
  if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'EADDRINUSE') return taken(port);
  return error instanceof Error ? error.message : String(error);
}
