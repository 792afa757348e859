import { Fragment } from 'preact';
import { words } from '../../data/words';
import type { Clause } from './rulesOf';

/** Whom the mapping takes, read as a sentence. */
export function Scope({ groups }: { groups: readonly (readonly Clause[])[] }) {
  if (groups.length === 0) return <p>Everybody who is assigned to the enterprise application. No filter is set.</p>;
  return (
    <ul class="clauses">
      {groups.map((clauses, index) => (
        <li key={index}>
          {index > 0 && <strong class="joint">or</strong>}
          {clauses.map(({ attribute, operator, values }, at) => (
            <Fragment key={at}>
              {at > 0 && <strong class="joint">and</strong>}
              <span class="clause">
                <code>{attribute}</code> {words(operator.replaceAll('_', ' ')).toLowerCase()}{' '}
                {values.length > 0 && <code>{values.join(', ')}</code>}
              </span>
            </Fragment>
          ))}
        </li>
      ))}
    </ul>
  );
}
