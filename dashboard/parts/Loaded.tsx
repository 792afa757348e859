import type { ComponentChildren } from 'preact';
import type { Resource } from '../data/usePoll';
import { ProblemMessage } from './Message';

/** A view of what the API has: waiting, failed, or there; what is known stays visible while nothing answers. */
export function Loaded<T>({ of, children }: { of: Resource<T>; children: (value: T) => ComponentChildren }) {
  const { value, problem, isLoading, refresh } = of;
  return (
    <>
      {problem !== null && problem.status !== 401 && <ProblemMessage problem={problem} retry={refresh} />}
      {value === undefined && isLoading && <Waiting />}
      {value !== undefined && children(value)}
    </>
  );
}

export function Waiting({ what = 'Loading' }: { what?: string }) {
  return (
    <div class="waiting" role="status">
      <span class="spinner" aria-hidden="true" />
      <span>{what} …</span>
    </div>
  );
}

/** Nothing to show, and why. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <strong>{title}</strong>
      {children !== undefined && <p>{children}</p>}
    </div>
  );
}
