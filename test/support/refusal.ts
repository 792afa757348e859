import { Problem } from '../../shared/api/Problem';

/** What the API answers when it refuses: status and code. */
export async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Problem)) throw new Error(`not refused: ${String(error)}`);
  return `${error.status} ${error.code}`;
}
