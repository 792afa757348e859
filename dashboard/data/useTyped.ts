import { useEffect, useState } from 'preact/hooks';

/** A word is typed to its end before the server is asked, in ms. */
const TYPING_MS = 300;

/** @returns what was typed when the reader paused, what stands in the field now, and how to change it */
export function useTyped(
  initial: string,
  pauseMs = TYPING_MS,
): readonly [settled: string, typed: string, type: (text: string) => void] {
  const [typed, type] = useState(initial);
  const [settled, settle] = useState(initial);
  useEffect(() => {
    if (typed === settled) return undefined;
    const timer = setTimeout(() => settle(typed), pauseMs);
    return () => clearTimeout(timer);
  }, [typed]);
  return [settled, typed, type];
}
