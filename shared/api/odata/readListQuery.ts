import type { z } from 'zod';
import { tryParseJson } from '../../http/tryParseJson';
import type { ApiRequest } from '../ApiResponse';
import { checkOptions, isOfTheHost } from '../checkOptions';
import { Problem } from '../Problem';
import { demandsOf, type Demands } from './demandsOf';
import { evaluateFilter } from './evaluateFilter';
import { FilterError } from './FilterError';
import type { FilterFields } from './FilterFields';
import { parseFilter } from './parseFilter';

const MAX_PAGE = 1_000;
const OPTIONS = ['$filter', '$top', '$skiptoken', '$count', '$select', '$orderby'];

/** What one list understands. */
export interface ListShape<T, S extends z.ZodType> {
  readonly fields: FilterFields<T>;
  /** The properties of an item as it is shown, for `$select`. */
  readonly properties: readonly string[];
  /** Where a page ended; a token that is no such place was not handed out by this list. */
  readonly place: S;
  readonly defaultTop: number;
}

export interface ListQuery<T, Place> {
  readonly top: number;
  /** Undefined for the first page. */
  readonly after: Place | undefined;
  readonly counts: boolean;
  readonly demands: Demands;
  /** Undefined when it depends on what is not known of the item. */
  readonly matches: (item: T) => boolean | undefined;
  /** Whether there is a filter. */
  readonly filters: boolean;
  readonly orderBy: { readonly field: string; readonly descending: boolean } | undefined;
  /** The item with the properties that are wanted. */
  readonly select: (view: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
}

/**
 * OData's options of a list: all that it understands, and nothing else.
 * @throws Problem 400 that names the option at fault
 */
export function readListQuery<T, S extends z.ZodType>(
  { query }: ApiRequest,
  shape: ListShape<T, S>,
): ListQuery<T, z.output<S>> {
  checkOptions(query, OPTIONS);
  const { fields } = shape;
  const filter = filterOf(query.get('$filter'), fields);
  return {
    top: topOf(query.get('$top'), shape.defaultTop),
    after: placeOf(query.get('$skiptoken'), shape.place),
    counts: countOf(query.get('$count')),
    demands: demandsOf(filter),
    matches: (item) => (filter === undefined ? true : evaluateFilter(filter, fields, item)),
    filters: filter !== undefined,
    orderBy: orderOf(query.get('$orderby'), fields),
    select: selectOf(query.get('$select'), shape.properties),
  };
}

function filterOf<T>(text: string | null, fields: FilterFields<T>) {
  if (text === null || text.trim() === '') return undefined;
  try {
    return parseFilter(text, fields);
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw new Problem(
      400,
      'InvalidFilter',
      `The $filter cannot be read at character ${error.position}: ${error.message}. Example: field eq 'value' and not contains(field, 'part').`,
    );
  }
}

function topOf(text: string | null, fallback: number): number {
  if (text === null) return fallback;
  if (/^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= MAX_PAGE) return Number(text);
  throw new Problem(400, 'InvalidTop', `$top must be a whole number from 1 to ${MAX_PAGE}.`);
}

function countOf(text: string | null): boolean {
  if (text === null || text === 'false') return false;
  if (text === 'true') return true;
  throw new Problem(400, 'InvalidCount', '$count must be true or false.');
}

function placeOf<S extends z.ZodType>(text: string | null, place: S): z.output<S> | undefined {
  if (text === null) return undefined;
  const parsed = place.safeParse(tryParseJson(Buffer.from(text, 'base64url').toString('utf8')));
  if (parsed.success) return parsed.data;
  throw new Problem(400, 'InvalidSkipToken', 'The $skiptoken is not one this list handed out. Start again without it.');
}

function orderOf<T>(text: string | null, fields: FilterFields<T>) {
  if (text === null || text.trim() === '') return undefined;
  const [field = '', direction = 'asc', ...rest] = text.trim().split(/\s+/);
  if (Object.hasOwn(fields, field) && rest.length === 0 && (direction === 'asc' || direction === 'desc'))
    return { field, descending: direction === 'desc' };
  throw new Problem(400, 'InvalidOrderBy', '$orderby takes one field, and asc or desc.');
}

function selectOf(text: string | null, properties: readonly string[]): ListQuery<unknown, unknown>['select'] {
  if (text === null || text.trim() === '') return (view) => view;
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !properties.includes(name));
  if (unknown !== undefined)
    throw new Problem(400, 'InvalidSelect', `$select takes names of properties: ${properties.join(', ')}.`);
  return (view) => Object.fromEntries(names.map((name) => [name, view[name]]));
}

/** The link to the next page: the same query from another place on. */
export function nextLink(request: ApiRequest, path: string, place: unknown): string {
  const query = new URLSearchParams([...request.query].filter(([name]) => !isOfTheHost(name)));
  query.set('$skiptoken', Buffer.from(JSON.stringify(place)).toString('base64url'));
  return `${request.origin}${path}?${query.toString()}`;
}
