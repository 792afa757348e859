import type { ComponentChildren } from 'preact';
import type { ApiProblem } from '../data/ApiProblem';
import { Icon } from './Icon';

type Intent = 'info' | 'success' | 'warning' | 'error';
const ICON_OF = { info: 'info', success: 'check', warning: 'warning', error: 'error' } as const;

/** Something to know, with an action if there is one. */
export function Message(props: {
  intent: Intent;
  title?: string;
  children?: ComponentChildren;
  action?: ComponentChildren;
}) {
  const { intent, title, children, action } = props;
  return (
    <div class={`message message-${intent}`} role={intent === 'error' ? 'alert' : 'status'}>
      <Icon name={ICON_OF[intent]} />
      <div class="message-text">
        {title !== undefined && <strong>{title}</strong>}
        {children !== undefined && <div>{children}</div>}
      </div>
      {action}
    </div>
  );
}

/** What went wrong and what to do, in the server's own words. */
export function ProblemMessage({ problem, retry }: { problem: ApiProblem; retry?: () => void }) {
  const list = Array.isArray(problem.more['problems']) ? problem.more['problems'] : [];
  return (
    <Message
      intent={problem.isOffline ? 'warning' : 'error'}
      title={problem.isOffline ? 'No connection' : problem.message}
      action={
        retry && (
          <fluent-button size="small" onClick={retry}>
            Try again
          </fluent-button>
        )
      }
    >
      {problem.isOffline ? problem.message : <code>{problem.code}</code>}
      {list.length > 0 && (
        <ul class="tight">
          {list.slice(0, 20).map((one, index) => (
            <li key={index}>{sentenceOf(one)}</li>
          ))}
        </ul>
      )}
    </Message>
  );
}

function sentenceOf(one: unknown): string {
  if (typeof one === 'string') return one;
  const row = typeof one === 'object' && one !== null ? new Map<string, unknown>(Object.entries(one)) : new Map();
  const parts = [row.get('pointer'), row.get('message') ?? row.get('why')].filter((part) => typeof part === 'string');
  return parts.join(': ') || JSON.stringify(one);
}
