/** Which HTTP function answers a path. */
import findMyWay, { type HTTPMethod, type Instance, type HTTPVersion } from 'find-my-way';
import { triggerOf, type FunctionMetadata } from './protocol';

export interface FoundRoute {
  readonly functionName: string;
  readonly authLevel: string;
  /** Decoded. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** What the router keeps for a path. @property rest how the route calls what stands behind it */
type Stored = Pick<FoundRoute, 'functionName' | 'authLevel'> & { readonly rest: string };

export class HttpRoutes {
  /** The more exact route wins; letters of either case are the same. */
  readonly #router: Instance<HTTPVersion.V1> = findMyWay({
    caseSensitive: false,
    ignoreTrailingSlash: true,
    maxParamLength: 16_384,
  });

  /** @throws Error for a route this host cannot read, or one that two functions have */
  constructor(functions: readonly FunctionMetadata[], prefix: string) {
    for (const metadata of functions) {
      const binding = triggerOf(metadata);
      if (binding?.type !== 'httpTrigger') continue;
      const route = textOption(binding['route'], metadata.name);
      const methods = ((binding['methods'] ?? ['GET', 'POST']) as readonly string[]).map((one) => one.toUpperCase());
      // The library's own default is anonymous.
      const authLevel = textOption(binding['authLevel'], 'anonymous');
      const { paths, rest } = pathsOf(prefix, route);
      for (const path of paths)
        this.#router.on(methods as HTTPMethod[], path, () => undefined, {
          functionName: metadata.name,
          authLevel,
          rest,
        });
    }
  }

  /** @returns undefined when no function answers, also for a path that cannot be decoded */
  find(method: string, path: string): FoundRoute | undefined {
    const found = this.#router.find(method as HTTPMethod, path);
    if (found === null) return undefined;
    const { functionName, authLevel, rest } = found.store as Stored;
    const parameters = Object.entries(found.params).flatMap(([name, value]) =>
      value === undefined ? [] : [[name === '*' ? rest : name, value] as const],
    );
    return { functionName, authLevel, parameters: Object.fromEntries(parameters) };
  }
}

/** `{name}`, `{name?}` and, at the end, `{*rest}` of ASP.NET in the router's own form; a rest may also be nothing. */
function pathsOf(prefix: string, route: string): { readonly paths: readonly string[]; readonly rest: string } {
  const segments = [prefix, ...route.split('/')].filter((segment) => segment !== '');
  const rest = /^\{\*(\w+)\}$/.exec(segments.at(-1) ?? '')?.[1];
  const path = `/${(rest === undefined ? segments : segments.slice(0, -1))
    .map((segment) => {
      if (!/[{}*:]/.test(segment)) return segment;
      const [, name, optional] = /^\{(\w+)(\??)\}$/.exec(segment) ?? [];
      if (name === undefined) throw new Error(`The local host cannot read "${segment}" in the route "${route}".`);
      return `:${name}${optional ?? ''}`;
    })
    .join('/')}`;
  return { paths: rest === undefined ? [path] : [path, `${path}/*`], rest: rest ?? '' };
}

const textOption = (value: unknown, fallback: string): string => (typeof value === 'string' ? value : fallback);
