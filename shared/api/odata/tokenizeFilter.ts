import { FilterError } from './FilterError';

export interface FilterToken {
  readonly kind: 'text' | 'moment' | 'number' | 'word' | 'sign' | 'end';
  /** Of a text without its quotes. */
  readonly text: string;
  /** Where it begins, 1 at first. */
  readonly position: number;
}

const MOMENT = /\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?/;

/** Whether a text is a moment as it is written in a filter: `Date.parse` takes far more for one, such as "room 5". */
export const isMoment = (text: string): boolean => new RegExp(`^${MOMENT.source}$`).test(text);

/** In order: a moment begins like a number. Each matches at one place without going back, so no filter can hang it. */
const TOKENS: readonly (readonly [kind: FilterToken['kind'], pattern: RegExp])[] = [
  ['text', /'(?:[^']|'')*'/y],
  ['moment', new RegExp(`${MOMENT.source}(?![\\w-])`, 'y')],
  ['number', /-?\d{1,15}(?:\.\d{1,15})?(?![\w-])/y],
  ['word', /[A-Za-z_][\w/]*/y],
  ['sign', /[(),]/y],
];
const SPACE = /\s*/y;

/** @returns the tokens with an end. @throws FilterError for what is none of them */
export function tokenizeFilter(filter: string): readonly FilterToken[] {
  const tokens: FilterToken[] = [];
  let place = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = place;
    const text = pattern.exec(filter)?.[0];
    place += text?.length ?? 0;
    return text;
  };
  for (;;) {
    take(SPACE);
    const position = place + 1;
    if (place >= filter.length) return [...tokens, { kind: 'end', text: '', position }];
    const found = firstOf(TOKENS, ([kind, pattern]) => {
      const text = take(pattern);
      return text === undefined ? undefined : { kind, text, position };
    });
    if (found === undefined)
      throw new FilterError(
        filter[place] === "'" ? 'a text is not closed' : 'a sign that means nothing here',
        position,
      );
    tokens.push(found.kind === 'text' ? { ...found, text: found.text.slice(1, -1).replaceAll("''", "'") } : found);
  }
}

function firstOf<A, B>(items: readonly A[], find: (item: A) => B | undefined): B | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
