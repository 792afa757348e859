import { useEffect, useState } from 'preact/hooks';
import type { UsersAnswer } from '../../../shared/api/answers/UsersAnswer';
import { get, JOB } from '../../data/ApiClient';
import { problemOf, type ApiProblem } from '../../data/ApiProblem';
import { useTyped } from '../../data/useTyped';
import { Icon } from '../../parts/Icon';

type Found = UsersAnswer['value'][number];

const LIST = 'people-found';

/** Finds people while one types. Enter without a choice looks up what was typed: who was never read is asked for in Entra. */
export function PersonSearch({ open }: { open: (id: string) => void }) {
  const [settled, typed, type] = useTyped('', 200);
  const [people, setPeople] = useState<readonly Found[] | null>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [at, setAt] = useState(-1);
  useEffect(() => {
    setAt(-1);
    const text = settled.trim();
    if (text === '') {
      setPeople(null);
      return undefined;
    }
    const abort = new AbortController();
    get<UsersAnswer>(`${JOB}/users?$search=${encodeURIComponent(text)}`, { signal: abort.signal }).then(
      ({ value }) => {
        setPeople(value);
        setProblem(null);
      },
      (error: unknown) => {
        if (!abort.signal.aborted) setProblem(problemOf(error));
      },
    );
    return () => abort.abort();
  }, [settled]);
  const choose = (id: string): void => {
    type('');
    setPeople(null);
    open(id);
  };
  const onKey = (event: KeyboardEvent): void => {
    const count = people?.length ?? 0;
    if (event.key === 'Escape') setPeople(null);
    if (event.key === 'Enter' && typed.trim() !== '') choose(people?.[at]?.id ?? typed.trim());
    if (count === 0 || (event.key !== 'ArrowDown' && event.key !== 'ArrowUp')) return;
    event.preventDefault();
    setAt((old) => (event.key === 'ArrowDown' ? (old + 1) % count : (old <= 0 ? count : old) - 1));
  };
  const isOpen = people !== null && typed.trim() !== '';
  return (
    <div class="search">
      <Icon name="search" />
      <input
        type="text"
        role="combobox"
        aria-label="Find a person"
        aria-autocomplete="list"
        aria-expanded={isOpen}
        aria-controls={LIST}
        {...(isOpen && at >= 0 ? { 'aria-activedescendant': `${LIST}-${at}` } : {})}
        placeholder="Name, mail address, user principal name or object id"
        autocomplete="off"
        spellcheck={false}
        maxLength={256}
        value={typed}
        onInput={(event) => type(event.currentTarget.value)}
        onKeyDown={onKey}
      />
      <ul id={LIST} role="listbox" aria-label="People found" class="found" hidden={!isOpen}>
        {people?.map((person, index) => (
          <li
            key={person.id}
            id={`${LIST}-${index}`}
            role="option"
            aria-selected={index === at}
            onMouseDown={(event) => {
              event.preventDefault();
              choose(person.id);
            }}
          >
            <span>{person.displayName || person.id}</span>
            <span class="quiet">{person.mail ?? person.userPrincipalName}</span>
          </li>
        ))}
        {people?.length === 0 && (
          <li role="option" aria-selected={at === 0} class="quiet" onMouseDown={() => choose(typed.trim())}>
            Nobody the connector has read is called so. Enter asks Entra for “{typed.trim()}”.
          </li>
        )}
      </ul>
      <span class="unseen" role="status">
        {isOpen ? `${people.length} people found` : ''}
        {problem?.message}
      </span>
    </div>
  );
}
