import { Problem } from './Problem';

/** Azure's host takes the key, and its name, from here, too. */
const OF_THE_HOST = new Set(['code', 'clientid']);

/** Whether an option is the host's own, and no part of the question. */
export const isOfTheHost = (name: string): boolean => OF_THE_HOST.has(name.toLowerCase());

/**
 * An option that is not known is refused: left out quietly, `?dryrun=true` would store.
 * @param known the names that the route takes
 * @throws Problem 400 that names the option at fault
 */
export function checkOptions(query: URLSearchParams, known: readonly string[]): void {
  for (const name of query.keys()) {
    if (isOfTheHost(name)) continue;
    if (!known.includes(name)) throw unsupported(name, known);
    if (query.getAll(name).length > 1)
      throw new Problem(400, 'RepeatedOption', `${name} stands there twice. Send it once.`);
  }
}

/** What is left of "$top" where a shell took it for a variable of its own has no name any more. */
function unsupported(name: string, known: readonly string[]): Problem {
  const plain = (one: string): string => one.replace(/^\$/, '').toLowerCase();
  const meant = known.find((one) => plain(one) === plain(name));
  const advice =
    meant !== undefined
      ? `Write ${meant}.`
      : name === '' && known.includes('$top')
        ? 'An option has no name: a shell replaces $top within double quotes. Write %24top.'
        : known.length === 0
          ? 'This address takes no options; what a POST is to do stands in its body.'
          : `It takes ${known.join(', ')}.`;
  return new Problem(
    400,
    'UnsupportedOption',
    `${name === '' ? 'This' : name.slice(0, 20)} is not supported. ${advice}`,
  );
}
