/** What the host and its worker process say to each other: Node's IPC stands in for the real worker's gRPC. */

import type { LogLine } from './log';

export interface FunctionMetadata {
  readonly name: string;
  readonly bindings: Readonly<Record<string, Binding>>;
  readonly retryOptions?: unknown;
}

/** The trigger of a function, under the name it has there. */
export const triggerOf = ({ bindings }: FunctionMetadata): Binding | undefined =>
  Object.values(bindings).find((binding) => binding.type.endsWith('Trigger'));

/** What a worker tells of the app it has loaded. */
export interface LoadedApp {
  readonly functions: readonly FunctionMetadata[];
  /** Where its process takes HTTP requests, when it wants their bodies as streams; undefined when they come as messages. */
  readonly httpUri?: string;
}

export interface Binding {
  readonly type: string;
  readonly direction?: string;
  readonly [option: string]: unknown;
}

/** Values as the real host sends them (RpcTypedData). */
export type TypedData =
  | { readonly string: string }
  | { readonly json: string }
  | { readonly int: number }
  | { readonly bytes: Uint8Array }
  | { readonly collectionString: { readonly string: readonly string[] } }
  | { readonly http: HttpData };

/** As the real worker sends it (RpcHttpCookie): what may be missing is wrapped. */
export interface HttpCookie {
  readonly name: string;
  readonly value: string;
  readonly path?: { readonly value?: string };
  readonly domain?: { readonly value?: string };
  readonly secure?: { readonly value?: boolean };
  readonly httpOnly?: { readonly value?: boolean };
  readonly sameSite?: string;
  readonly maxAge?: { readonly value?: number };
}

export interface HttpData {
  readonly method?: string;
  readonly url?: string;
  readonly nullableHeaders?: Readonly<Record<string, { readonly value: string }>>;
  readonly nullableQuery?: Readonly<Record<string, { readonly value: string }>>;
  readonly nullableParams?: Readonly<Record<string, { readonly value: string }>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly statusCode?: string;
  readonly cookies?: readonly HttpCookie[];
  readonly body?: { readonly bytes?: Uint8Array; readonly string?: string };
}

export interface Invocation {
  readonly id: string;
  readonly functionName: string;
  readonly data: TypedData;
  readonly triggerMetadata: Readonly<Record<string, TypedData>>;
}

export type ToWorker = { readonly type: 'invoke'; readonly invocation: Invocation } | { readonly type: 'terminate' };

export type FromWorker =
  | { readonly type: 'loaded'; readonly app: LoadedApp }
  | { readonly type: 'failedToLoad'; readonly message: string }
  | { readonly type: 'done'; readonly id: string; readonly http?: HttpData }
  | { readonly type: 'failed'; readonly id: string; readonly message: string }
  | { readonly type: 'log'; readonly line: LogLine };
