import { useEffect, useReducer } from 'preact/hooks';

/** Draws again now and then, so that "3 minutes ago" stays true. @param everyMs how often, while the tab is seen */
export function useClock(everyMs: number): void {
  const [, draw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) draw(undefined);
    }, everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
}
