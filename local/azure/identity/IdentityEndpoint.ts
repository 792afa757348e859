/** The token endpoint that App Service gives a managed identity, so that the real ManagedIdentityCredential runs here. */
import type { StackClock } from '../../clock/StackClock';
import { json, SimulatedServer, type SimRequest, type SimResponse } from '../../simulators/http/SimulatedServer';

const LIFE_S = 86_400;

export class IdentityEndpoint extends SimulatedServer {
  readonly secret = 'local-identity-header';

  constructor(private readonly clock: StackClock) {
    super();
  }

  /** What the worker's environment needs. */
  get environment(): Readonly<Record<string, string>> {
    return { IDENTITY_ENDPOINT: `${this.origin}/msi/token`, IDENTITY_HEADER: this.secret };
  }

  protected now(): number {
    return this.clock.now();
  }

  protected state(): unknown {
    return {};
  }

  protected answer(request: SimRequest): SimResponse {
    if (request.headers['x-identity-header'] !== this.secret) return json(401, { message: 'wrong identity header' });
    const resource = request.url.searchParams.get('resource') ?? '';
    const expires = Math.floor(Date.now() / 1_000) + LIFE_S;
    return json(200, {
      access_token: `simulated.${Buffer.from(resource).toString('base64url')}.token`,
      expires_on: String(expires),
      resource,
      token_type: 'Bearer',
    });
  }
}
