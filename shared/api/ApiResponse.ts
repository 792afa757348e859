/** An HTTP request and answer without any of Azure's types, so that use cases can be tried by themselves. */
export interface ApiRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly header: (name: string) => string | null;
  /** The body as it comes; null when there is none. */
  readonly body: AsyncIterable<Uint8Array> | null;
  /** The address the client used, without path: for links in answers. */
  readonly origin: string;
}

export interface ApiCookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
  readonly httpOnly: boolean;
  readonly secure: boolean;
  readonly sameSite: 'Lax';
  /** In seconds. */
  readonly maxAge: number;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly ApiCookie[];
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, in place of `body`. */
  readonly content?: { readonly type: string; readonly bytes: Uint8Array | string };
  /** Sent piece by piece while it is read, in place of `body`. One that fails breaks the answer off. */
  readonly stream?: { readonly type: string; readonly chunks: AsyncIterable<string> };
}
