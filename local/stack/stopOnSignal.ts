import { npmPid } from './npmPid';

const PARENT_CHECK_MS = 500;

const state = { isStopping: false };

/** What fails while everything stops is no fault: nobody is there any more to answer. */
export const isStopping = (): boolean => state.isStopping;

/** Adds something that is to be stopped before all that was added before. */
export type OnStop = (stop: () => void | Promise<void>) => void;

/**
 * SIGINT, SIGTERM and SIGHUP (the terminal was closed) stop everything once and exit 0; a second one exits at once. What
 * this process has started ends with it, however it ends: workers when their channel closes, Azurite when its stdin does.
 */
export function stopOnSignal(): OnStop {
  const stops: (() => void | Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (let next = stops.pop(); next !== undefined; next = stops.pop()) await next();
  };
  const onSignal = (): void => {
    if (state.isStopping) process.exit(130);
    state.isStopping = true;
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  // A terminal that is gone takes no more lines; that is no reason to leave anything undone.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  // npm puts a shell between itself and us; when either is killed, nobody tells us.
  if (process.env['npm_lifecycle_event'] !== undefined) {
    const [parent, npm] = [process.ppid, npmPid()];
    setInterval(() => {
      const isAlone = process.ppid !== parent || (npm !== undefined && !isAlive(npm));
      if (isAlone && !state.isStopping) onSignal();
    }, PARENT_CHECK_MS).unref();
  }
  return (next) => void stops.push(next);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's is alive, too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
