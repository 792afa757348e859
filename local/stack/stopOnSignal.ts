const PARENT_CHECK_MS = 500;

const state = { isStopping: false };

/** What fails while everything stops is no fault: nobody is there any more to answer. */
export const isStopping = (): boolean => state.isStopping;

/** SIGINT and SIGTERM stop everything once and exit 0; a second one exits at once. */
export function stopOnSignal(stop: () => Promise<void>): void {
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
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  // npm puts a shell between itself and us; when that is killed, its signal ends there and nobody tells us.
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent && !state.isStopping) onSignal();
  }, PARENT_CHECK_MS).unref();
}
