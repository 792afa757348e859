/** The token endpoint that App Service gives a managed identity, so that the real ManagedIdentityCredential runs here. */
import { createHmac, randomUUID } from 'node:crypto';
import type { TokenCredential } from '@azure/core-auth';
import type { StackClock } from '../../clock/StackClock';
import { messageOf } from '../../../shared/telemetry/Telemetry';
import { json, SimulatedServer, type SimRequest, type SimResponse } from '../../simulators/http/SimulatedServer';

const LIFE_S = 86_400;

/** Where tokens come from that somebody else than this stack is to believe. */
export interface RealIdentity {
  readonly credential: TokenCredential;
  /** Told why there is no token for a resource. */
  readonly onRefused: (resource: string, reason: string) => void;
}

export class IdentityEndpoint extends SimulatedServer {
  /** Only the host and its workers know it: whoever else is on this machine gets no token of who is signed in. */
  readonly secret = randomUUID();

  /** @param real without it every token is made up, and opens nothing but this stack */
  constructor(
    private readonly clock: StackClock,
    private readonly real?: RealIdentity,
  ) {
    super();
  }

  /** What the worker's environment needs. */
  get environment(): Readonly<Record<string, string>> {
    return { IDENTITY_ENDPOINT: `${this.origin}/msi/token`, IDENTITY_HEADER: this.secret };
  }

  /** Whether the token is one that this endpoint made up for the resource. */
  gave(token: string, resource: string): boolean {
    return token === this.#madeUp(resource);
  }

  #madeUp(resource: string): string {
    const proof = createHmac('sha256', this.secret).update(resource).digest('base64url');
    return `simulated.${Buffer.from(resource).toString('base64url')}.${proof}`;
  }

  protected now(): number {
    return this.clock.now();
  }

  protected state(): unknown {
    return {};
  }

  protected answer(request: SimRequest): SimResponse | Promise<SimResponse> {
    if (request.headers['x-identity-header'] !== this.secret) return json(401, { message: 'wrong identity header' });
    const resource = request.url.searchParams.get('resource') ?? '';
    // What is simulated here has an address without TLS, or none of the web.
    if (this.real !== undefined && resource.startsWith('https:')) return realToken(this.real, resource);
    const expires = Math.floor(Date.now() / 1_000) + LIFE_S;
    return json(200, tokenAnswer(resource, this.#madeUp(resource), expires));
  }
}

/** A refusal that is not worth asking again at once: the client repeats others for a while. */
async function realToken({ credential, onRefused }: RealIdentity, resource: string): Promise<SimResponse> {
  try {
    const given = await credential.getToken(`${resource.replace(/\/$/, '')}/.default`);
    if (given === null) throw new Error('nobody is signed in');
    return json(200, tokenAnswer(resource, given.token, Math.floor(given.expiresOnTimestamp / 1_000)));
  } catch (error) {
    onRefused(resource, messageOf(error));
    return json(400, { error: 'invalid_request', error_description: messageOf(error) });
  }
}

const tokenAnswer = (resource: string, token: string, expires: number) => ({
  access_token: token,
  expires_on: String(expires),
  resource,
  token_type: 'Bearer',
});
