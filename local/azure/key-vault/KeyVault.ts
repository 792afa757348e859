/** Secrets of a Key Vault, as far as @azure/keyvault-secrets asks for them: challenge, get, set, versions, recover. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { StackClock } from '../../clock/StackClock';
import type { IdentityEndpoint } from '../identity/IdentityEndpoint';
import { json, SimulatedServer, type SimRequest, type SimResponse } from '../../simulators/http/SimulatedServer';

/**
 * The client compares the challenge's resource with the vault's domain: the address has to end like it. 127.0.0.1 ends
 * like "0.0.1", and in an address that is not of the web that stays a name.
 */
const RESOURCE = 'vault://0.0.1';

const setBody = z.object({
  value: z.string(),
  attributes: z.object({ exp: z.number().optional() }).default({}),
});

const version = z.object({
  id: z.string(),
  value: z.string(),
  created: z.number(),
  /** Seconds since the epoch, as everything here. */
  expires: z.number().optional(),
});
type Version = z.output<typeof version>;
const keptSecrets = z.array(z.tuple([z.string(), z.array(version)]));

export class KeyVault extends SimulatedServer {
  readonly #secrets: Map<string, Version[]> = new Map();
  /** Names stay taken by them. */
  readonly #deleted = new Map<string, Version[]>();
  readonly #disabled = new Set<string>();
  /** Answered to every request in place of a secret: a role that is not there yet, a firewall. */
  refusal: number | undefined;

  /**
   * @param keptIn a file that keeps the secrets; without one they are forgotten
   * @param identity whose tokens open it, and no others: what is kept may be real. Without one any token does.
   */
  constructor(
    private readonly clock: StackClock,
    private readonly keptIn?: string,
    private readonly identity?: Pick<IdentityEndpoint, 'gave'>,
  ) {
    super();
    if (keptIn !== undefined && existsSync(keptIn))
      this.#secrets = new Map(keptSecrets.parse(JSON.parse(readFileSync(keptIn, 'utf8'))));
  }

  protected now(): number {
    return this.clock.now();
  }

  protected state(): unknown {
    return Object.fromEntries([...this.#secrets].map(([name, versions]) => [name, versions.length]));
  }

  /** What the worker's environment needs. */
  get environment(): Readonly<Record<string, string>> {
    return { KEY_VAULT_URI: this.origin };
  }

  /** The newest version of a secret. */
  newest(name: string): string | undefined {
    return this.#secrets.get(name)?.at(-1)?.value;
  }

  /** @param expiresAt in ms since the epoch, as an admin may say it */
  store(name: string, value: string, expiresAt?: number): void {
    const seconds = (ms: number): number => Math.floor(ms / 1_000);
    this.#secrets.set(name, [
      ...(this.#secrets.get(name) ?? []),
      {
        id: randomBytes(16).toString('hex'),
        value,
        created: seconds(this.clock.now()),
        expires: expiresAt === undefined ? undefined : seconds(expiresAt),
      },
    ]);
    if (this.keptIn === undefined) return;
    writeFileSync(`${this.keptIn}.next`, JSON.stringify([...this.#secrets]), { mode: 0o600 });
    renameSync(`${this.keptIn}.next`, this.keptIn);
  }

  /** As an admin deletes it: softly. */
  delete(name: string): void {
    this.#deleted.set(name, this.#secrets.get(name) ?? []);
    this.#secrets.delete(name);
  }

  /** As an admin switches its newest version off. */
  disable(name: string): void {
    this.#disabled.add(name);
  }

  protected answer(request: SimRequest): SimResponse {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined || this.identity?.gave(token, RESOURCE) === false) {
      return json(401, fault('Unauthorized', 'AKV10000: Request is missing a Bearer or PoP token.'), {
        'www-authenticate': `Bearer authorization="${this.origin}/tenant", resource="${RESOURCE}"`,
      });
    }
    if (this.refusal !== undefined)
      return json(this.refusal, fault('Forbidden', 'Caller is not authorized to perform action on resource.'));
    const deleted = /^\/deletedsecrets\/([0-9A-Za-z-]{1,127})\/recover$/.exec(request.url.pathname)?.[1];
    if (deleted !== undefined && request.method === 'POST') return this.#recover(deleted);
    const [, name = '', version = ''] = /^\/secrets\/([0-9A-Za-z-]{1,127})(?:\/([0-9a-f]*))?$/.exec(
      request.url.pathname,
    ) ?? [undefined];
    if (name === '') return json(404, fault('NotFound', 'unknown path'));
    if (request.method === 'PUT') return this.#put(name, request);
    if (request.method !== 'GET') return json(405, fault('MethodNotAllowed', 'method'));
    const versions = this.#secrets.get(name) ?? [];
    const found = version === '' ? versions.at(-1) : versions.find((one) => one.id === version);
    if (found === undefined) return notFound(name);
    if (version === '' && this.#disabled.has(name))
      return json(403, fault('Forbidden', 'Operation get is not allowed on a disabled secret.', 'SecretDisabled'));
    return json(200, this.#wire(name, found));
  }

  #recover(name: string): SimResponse {
    const versions = this.#deleted.get(name);
    const newest = versions?.at(-1);
    if (versions === undefined || newest === undefined) return notFound(name);
    this.#secrets.set(name, versions);
    this.#deleted.delete(name);
    return json(200, this.#wire(name, newest));
  }

  #put(name: string, request: SimRequest): SimResponse {
    if (this.#deleted.has(name))
      return json(
        409,
        fault(
          'Conflict',
          `Secret ${name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the secret can only be recovered or purged.`,
          'ObjectIsDeletedButRecoverable',
        ),
      );
    this.#disabled.delete(name);
    const body = setBody.safeParse(JSON.parse(request.body || '{}'));
    if (!body.success) return json(400, fault('BadParameter', 'value'));
    const { value, attributes } = body.data;
    this.store(name, value, attributes.exp === undefined ? undefined : attributes.exp * 1_000);
    const stored = this.#secrets.get(name)?.at(-1);
    return stored === undefined ? json(500, {}) : json(200, this.#wire(name, stored));
  }

  #wire(name: string, { id, value, created, expires }: Version): object {
    return {
      value,
      id: `${this.origin}/secrets/${name}/${id}`,
      attributes: {
        enabled: true,
        created,
        updated: created,
        ...(expires === undefined ? {} : { exp: expires }),
        recoveryLevel: 'Recoverable+Purgeable',
        recoverableDays: 90,
      },
    };
  }
}

const fault = (code: string, message: string, inner?: string): object => ({
  error: { code, message, ...(inner === undefined ? {} : { innererror: { code: inner } }) },
});
const notFound = (name: string): SimResponse =>
  json(404, fault('SecretNotFound', `A secret with (name/id) ${name} was not found in this key vault.`));
