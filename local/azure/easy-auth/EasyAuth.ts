/**
 * App Service authentication ("Easy Auth") in front of the Functions host, as the template configures it: who has not signed
 * in gets 401 but for the excluded paths, and the app behind is told who it is in a header that nobody outside can write.
 * Signing in takes no password: whoever opens /.auth/login/aad is `next`.
 */
import { randomUUID } from 'node:crypto';
import { createServer, request as ask, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const COOKIE = 'AppServiceAuthSession';
/** Headers that are Azure's word alone. */
const ITS_OWN = /^x-ms-(client-principal|token-aad)/;

export interface EasyAuthOptions {
  /** Origin of the Functions host. */
  readonly target: string;
  /** As in globalValidation.excludedPaths of authsettingsV2; a last `*` stands for any rest. */
  readonly excludedPaths: readonly string[];
}

/** Somebody who may sign in. */
export interface SignedIn {
  readonly id: string;
  /** The app roles that Entra put into the token. */
  readonly roles: readonly string[];
}

export class EasyAuth {
  /** Who signs in next. */
  next: SignedIn = { id: randomUUID(), roles: [] };
  readonly #sessions = new Map<string, SignedIn>();
  readonly #server: Server;

  private constructor(private readonly options: EasyAuthOptions) {
    this.#server = createServer((request, response) => {
      this.#serve(request, response);
    });
  }

  static async start(options: EasyAuthOptions): Promise<EasyAuth> {
    const easyAuth = new EasyAuth(options);
    await new Promise<void>((resolve) => easyAuth.#server.listen(0, '127.0.0.1', resolve));
    return easyAuth;
  }

  get origin(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  /** A token of Entra for the app, as `az account get-access-token` gives it. */
  tokenFor(person: SignedIn): string {
    const token = randomUUID();
    this.#sessions.set(token, person);
    return token;
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => {
      this.#server.close(resolve);
      this.#server.closeAllConnections();
    });
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', this.options.target);
    if (url.pathname === '/.auth/login/aad') {
      const path = url.searchParams.get('post_login_redirect_uri') ?? '/';
      const cookie = `${COOKIE}=${this.tokenFor(this.next)}; Path=/; HttpOnly; SameSite=Lax`;
      response.writeHead(302, { location: path, 'set-cookie': cookie }).end();
      return;
    }
    if (url.pathname === '/.auth/logout') {
      this.#sessions.delete(sessionOf(request));
      response.writeHead(302, { location: url.searchParams.get('post_logout_redirect_uri') ?? '/' }).end();
      return;
    }
    const person = this.#sessions.get(sessionOf(request));
    if (person === undefined && !this.options.excludedPaths.some((excluded) => covers(excluded, url.pathname))) {
      response.writeHead(401).end();
      return;
    }
    const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !ITS_OWN.test(name)));
    const forwarded = ask(
      url,
      {
        method: request.method,
        headers: { ...headers, ...(person === undefined ? {} : { 'x-ms-client-principal': headerOf(person) }) },
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    forwarded.on('error', () => response.destroy());
    request.pipe(forwarded);
  }
}

/** @returns what Azure writes into x-ms-client-principal for this person */
export function headerOf({ id, roles }: SignedIn): string {
  const claims = [
    { typ: 'http://schemas.microsoft.com/identity/claims/objectidentifier', val: id },
    ...roles.map((val) => ({ typ: 'roles', val })),
  ];
  const principal = { auth_typ: 'aad', claims, name_typ: 'name', role_typ: 'roles' };
  return Buffer.from(JSON.stringify(principal)).toString('base64');
}

const covers = (excluded: string, path: string): boolean =>
  excluded.endsWith('*') ? path.startsWith(excluded.slice(0, -1)) : path === excluded;

/** The token of the request, or the session that its cookie names. */
function sessionOf(request: IncomingMessage): string {
  const cookie = new RegExp(`${COOKIE}=([\\w-]+)`).exec(request.headers.cookie ?? '')?.[1];
  return /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? cookie ?? '';
}
