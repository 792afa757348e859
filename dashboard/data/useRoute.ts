import { useEffect, useState } from 'preact/hooks';

/** Where the reader is: `#/cycles/123?tab=plan` is view "cycles", id "123" and a query. */
export interface RouteOfPage {
  readonly view: string;
  readonly id: string | null;
  readonly query: URLSearchParams;
}

function routeOf(hash: string): RouteOfPage {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [view = '', ...rest] = path.split('/');
  const id = rest.join('/');
  return {
    view: view === '' ? 'overview' : view,
    id: id === '' ? null : safeDecode(id),
    query: new URLSearchParams(query),
  };
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What the history remembers of a place where the reader was: on the way back the browser finds the line by itself. */
const SEEN = 'seen';

/** The hash as the reader's place: every view can be linked to, and Back works. A new place is seen from its beginning. */
export function useRoute(): RouteOfPage {
  const [route, setRoute] = useState(() => routeOf(location.hash));
  useEffect(() => {
    history.replaceState(SEEN, '');
    const changed = (): void => {
      setRoute(routeOf(location.hash));
      if (history.state === SEEN) return;
      history.replaceState(SEEN, '');
      scrollTo(0, 0);
    };
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return route;
}

export function linkTo(view: string, id: string | null = null, query: Readonly<Record<string, string>> = {}): string {
  const filled = Object.entries(query).filter(([, value]) => value !== '');
  const search = filled.length === 0 ? '' : `?${new URLSearchParams(filled).toString()}`;
  return `#/${view}${id === null ? '' : `/${encodeURIComponent(id)}`}${search}`;
}

export function go(link: string): void {
  location.hash = link;
}

/** The same place with another query, without a new step for Back. */
export function replaceQuery(route: RouteOfPage, query: Readonly<Record<string, string>>): void {
  history.replaceState(SEEN, '', linkTo(route.view, route.id, query));
  dispatchEvent(new HashChangeEvent('hashchange'));
}
