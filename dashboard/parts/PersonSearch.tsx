import { useEffect, useId, useState } from 'preact/hooks';
import type { UsersAnswer } from '../../shared/api/answers/UsersAnswer';
import { get, JOB } from '../data/ApiClient';
import { problemOf, type ApiProblem } from '../data/ApiProblem';
import { many } from '../data/words';
import { useTyped } from '../data/useTyped';
import { Icon } from './Icon';
import { ProblemMessage } from './Message';

/** As many as the server answers with: there may be more. */
const MOST = 8;
const foundInWords = (count: number): string =>
  count === MOST ? `${MOST} or more people found` : `${many(count, 'person', 'people')} found`;

type Found = UsersAnswer['value'][number];

/** Nobody was found: whoever was just provisioned is known by then (findUsers keeps such an answer for two seconds), in ms. */
const AGAIN_MS = 3_000;

/**
 * Finds people while one types. Enter without a choice looks up what was typed: who was never read is asked for in Entra.
 * @param props.open told of an object id or what was typed, and what to call the person
 */
export function PersonSearch({
  label = 'Find a person',
  open,
}: {
  label?: string;
  open: (id: string, name: string) => void;
}) {
  const list = useId();
  const [settled, typed, type] = useTyped('', 200);
  const [people, setPeople] = useState<readonly Found[] | null>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [at, setAt] = useState(-1);
  useEffect(() => {
    setAt(-1);
    const text = settled.trim();
    setProblem(null);
    if (text === '') {
      setPeople(null);
      return undefined;
    }
    const abort = new AbortController();
    let again: ReturnType<typeof setTimeout> | undefined;
    const ask = (next: () => void): void => {
      get<UsersAnswer>(`${JOB}/users?$search=${encodeURIComponent(text)}`, { signal: abort.signal }).then(
        ({ value }) => {
          setPeople(value);
          setProblem(null);
          if (value.length === 0) next();
        },
        (error: unknown) => {
          if (abort.signal.aborted) return;
          setPeople(null);
          setProblem(problemOf(error));
        },
      );
    };
    ask(() => {
      again = setTimeout(() => ask(() => undefined), AGAIN_MS);
    });
    return () => {
      abort.abort();
      clearTimeout(again);
    };
  }, [settled]);
  const choose = (id: string, name: string): void => {
    type('');
    setPeople(null);
    open(id, name);
  };
  const chooseAt = (person: Found | undefined): void => {
    const said = typed.trim();
    choose(person?.id ?? said, person === undefined || person.displayName === '' ? said : person.displayName);
  };
  const onKey = (event: KeyboardEvent): void => {
    const count = people?.length ?? 0;
    if (event.key === 'Escape') setPeople(null);
    if (event.key === 'Enter' && typed.trim() !== '') chooseAt(people?.[at]);
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
        aria-label={label}
        aria-autocomplete="list"
        aria-expanded={isOpen}
        aria-controls={list}
        {...(isOpen && at >= 0 ? { 'aria-activedescendant': `${list}-${at}` } : {})}
        placeholder="Name, mail address, user principal name or object id"
        autocomplete="off"
        spellcheck={false}
        maxLength={256}
        value={typed}
        onInput={(event) => type(event.currentTarget.value)}
        onKeyDown={onKey}
      />
      <ul id={list} role="listbox" aria-label="People found" class="found" hidden={!isOpen}>
        {people?.map((person, index) => (
          <li
            key={person.id}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === at}
            onMouseDown={(event) => {
              event.preventDefault();
              chooseAt(person);
            }}
          >
            <span>{person.displayName || person.id}</span>
            <span class="quiet">{person.mail ?? person.userPrincipalName}</span>
          </li>
        ))}
        {people?.length === 0 && (
          <li role="option" aria-selected={at === 0} class="quiet" onMouseDown={() => chooseAt(undefined)}>
            Nobody the connector has read is called so. Enter asks Entra for “{typed.trim()}”.
          </li>
        )}
      </ul>
      <span class="unseen" role="status">
        {isOpen ? foundInWords(people.length) : ''}
      </span>
      {problem !== null && typed.trim() !== '' && <ProblemMessage problem={problem} />}
    </div>
  );
}
