import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ask } from './ApiClient';
import { problemOf, type ApiProblem } from './ApiProblem';

/** The slowest pace when nothing changes or nothing answers, in ms; what is asked more seldom anyway stays so. */
const SLOWEST_MS = 60_000;

/** Something the API has, as last heard. */
export interface Resource<T> {
  /** Undefined until the first answer. */
  readonly value: T | undefined;
  /** The last question was not answered; `value` is what was known before. */
  readonly problem: ApiProblem | null;
  readonly isLoading: boolean;
  /** Asks now. */
  readonly refresh: () => void;
}

/**
 * Keeps asking, with the tag of the last answer so that nothing is sent twice. The pace slows down while nothing changes
 * and while nothing answers, and stops while the tab is hidden.
 * @param everyMs the fastest pace; 0 asks once, and again only while the connector is not there
 */
export function usePoll<T>(path: string | null, everyMs: number): Resource<T> {
  const [state, setState] = useState<Omit<Resource<T>, 'refresh'>>({
    value: undefined,
    problem: null,
    isLoading: true,
  });
  const asked = useRef<string | null>(null);
  const wake = useRef<() => void>(() => undefined);

  useEffect(() => {
    if (path === null) return undefined;
    const [about = ''] = path.split('?', 1);
    // Asked another way about the same thing: what is known stays until the answer is there.
    const isSame = asked.current === about;
    asked.current = about;
    setState((old) => ({ value: isSame ? old.value : undefined, problem: null, isLoading: true }));
    const abort = new AbortController();
    let etag: string | null = null;
    const slowest = Math.max(SLOWEST_MS, everyMs);
    let pace = everyMs;
    let timer = 0;
    let isAsking = false;
    let isPassing = false;
    /** The reader went elsewhere while it was asked. */
    const isGone = (): boolean => abort.signal.aborted;

    const look = async (): Promise<void> => {
      clearTimeout(timer);
      if (isAsking || isGone()) return;
      isAsking = true;
      try {
        const answer = await ask<T>(path, { etag, signal: abort.signal });
        isPassing = false;
        if (answer === null) {
          pace = Math.min(slowest, pace * 1.5);
          setState((old) =>
            old.problem === null && !old.isLoading ? old : { ...old, problem: null, isLoading: false },
          );
        } else {
          ({ etag } = answer);
          pace = everyMs;
          setState({ value: answer.value, problem: null, isLoading: false });
        }
      } catch (error) {
        if (isGone()) return;
        pace = Math.min(slowest, Math.max(2_000, pace) * 2);
        const problem = problemOf(error);
        ({ isPassing } = problem);
        setState((old) => ({ ...old, problem, isLoading: false }));
      } finally {
        isAsking = false;
      }
      if ((everyMs > 0 || isPassing) && !document.hidden && !isGone()) timer = setTimeout(() => void look(), pace);
    };
    const now = (): void => {
      pace = everyMs;
      void look();
    };
    const seen = (): void => {
      if (document.hidden) clearTimeout(timer);
      else if (everyMs > 0 || isPassing) now();
    };
    wake.current = now;
    document.addEventListener('visibilitychange', seen);
    addEventListener('online', now);
    void look();
    return () => {
      abort.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', seen);
      removeEventListener('online', now);
    };
  }, [path, everyMs]);

  const refresh = useCallback(() => wake.current(), []);
  return { ...state, refresh };
}
