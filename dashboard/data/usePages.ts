import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { get, pathOf } from './ApiClient';
import { problemOf, type ApiProblem } from './ApiProblem';

/** A list that comes in pages, as far as it was asked for. */
export interface Pages<T> {
  readonly rows: readonly T[];
  readonly isLoading: boolean;
  readonly isComplete: boolean;
  readonly problem: ApiProblem | null;
  /** What the server says of an empty list. */
  readonly message: string | null;
  /** Asks for the next page, if there is one and none is under way. */
  readonly more: () => void;
  readonly restart: () => void;
}

type Answer<T> = Readonly<Partial<Record<'value' | 'entries', readonly T[]>>> & {
  '@odata.nextLink'?: string;
  '@gotomeeting.message'?: string;
};

/** @param list where in an answer the rows stand */
export function usePages<T>(path: string, list: 'value' | 'entries'): Pages<T> {
  const [round, setRound] = useState(0);
  const [rows, setRows] = useState<readonly T[]>([]);
  const [isLoading, setLoading] = useState(true);
  const [isComplete, setComplete] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [message, setMessage] = useState<string | null>(null);
  const listed = useRef('');
  const reader = useRef<() => void>(() => undefined);

  useEffect(() => {
    const abort = new AbortController();
    let next: string | null = path;
    let isBusy = false;
    let found: readonly T[] = [];
    const read = async (): Promise<void> => {
      if (isBusy || next === null) return;
      isBusy = true;
      setLoading(true);
      try {
        const answer: Answer<T> = await get<Answer<T>>(next, { signal: abort.signal });
        const link = answer['@odata.nextLink'];
        next = link === undefined ? null : pathOf(link);
        found = [...found, ...(answer[list] ?? [])];
        setRows(found);
        setComplete(next === null);
        setMessage(answer['@gotomeeting.message'] ?? null);
        setProblem(null);
      } catch (error) {
        if (abort.signal.aborted) return;
        setProblem(problemOf(error));
      } finally {
        isBusy = false;
        if (!abort.signal.aborted) setLoading(false);
      }
    };
    reader.current = () => void read();
    // Read anew, the rows stay until the first page is there.
    if (listed.current !== path) setRows([]);
    listed.current = path;
    setComplete(false);
    void read();
    return () => {
      abort.abort();
    };
  }, [path, round]);

  const more = useCallback(() => {
    reader.current();
  }, []);
  const restart = useCallback(() => {
    setRound((count) => count + 1);
  }, []);
  return { rows, isLoading, isComplete, problem, message, more, restart };
}
