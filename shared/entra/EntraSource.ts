/**
 * The enterprise app, its assignments, and the people behind them.
 *
 * Upholds the reading half of I05: a list is returned only when its last page was reached; `pages()` follows links
 * until there is none, through empty pages, and refuses a link it has seen before (graph-source.md 2.1, 2.3).
 */
import { z } from 'zod';
import type { AppRole, Assignment, EnterpriseApp } from '../model/Assignment';
import { ConnectorError } from '../model/ConnectorError';
import type { AttributeValue, Person } from '../model/Person';
import type { SourceAttribute } from '../model/SourceAttribute';
import type { GraphClient } from './GraphClient';

/** The largest page anybody uses on these lists (graph-source.md 1.2, 2.4). */
const PAGE_SIZE = 999;
/** Graph's limit for one $batch (graph-source.md 3.1). */
const BATCH_SIZE = 20;
/** More pages than this in one walk is an endless loop, not a tenant (contrib #7311). */
const MAX_PAGES = 10_000;

const page = z.object({
  value: z.array(z.record(z.string(), z.unknown())),
  '@odata.nextLink': z.string().optional(),
  '@odata.deltaLink': z.string().optional(),
});

const appSchema = z.object({
  id: z.string(),
  displayName: z.string().nullish(),
  accountEnabled: z.boolean().nullish(),
  appRoles: z
    .array(
      z.object({
        id: z.string(),
        displayName: z.string().nullish(),
        value: z.string().nullish(),
        isEnabled: z.boolean().nullish(),
      }),
    )
    .default([]),
});

const assignmentSchema = z.object({ principalId: z.string(), principalType: z.string(), appRoleId: z.string() });

const removedSchema = z.object({ id: z.string(), '@removed': z.object({ reason: z.string() }).optional() });

const memberDeltaSchema = z.object({
  id: z.string(),
  '@removed': z.object({ reason: z.string() }).optional(),
  'members@delta': z
    .array(
      z.object({ '@odata.type': z.string().optional(), id: z.string(), '@removed': z.object({}).loose().optional() }),
    )
    .default([]),
});

const batchSchema = z.object({
  responses: z.array(
    z.object({
      id: z.string(),
      status: z.number(),
      headers: z.record(z.string(), z.string()).nullish(),
      body: z.unknown(),
    }),
  ),
});

/** What a users delta says of one person. */
export interface UserChange {
  readonly id: string;
  readonly person: Person | undefined;
  readonly removed: 'soft' | 'hard' | undefined;
}

/** What a groups delta says of one group: who came, who went. */
export interface GroupChange {
  readonly id: string;
  readonly removed: boolean;
  readonly joined: readonly string[];
  readonly left: readonly string[];
}

export interface DeltaPage<T> {
  readonly changes: readonly T[];
  readonly nextLink: string | undefined;
  readonly deltaLink: string | undefined;
}

export interface GroupMembers {
  /** Ids of the direct members that are users. */
  readonly userIds: readonly string[];
  readonly people: readonly Person[];
}

export type Looked = { readonly person: Person } | { readonly deleted: 'soft' | 'hard' };

export class EntraSource {
  constructor(
    readonly graph: GraphClient,
    private readonly app: { readonly servicePrincipalId?: string | undefined; readonly appId?: string | undefined },
    private readonly attributes: readonly SourceAttribute[],
  ) {}

  /** The same source, reading other attributes. */
  selecting(attributes: readonly SourceAttribute[]): EntraSource {
    return new EntraSource(this.graph, this.app, attributes);
  }

  get #select(): string {
    return [...new Set(['id', ...this.attributes.flatMap((one) => one.property ?? [])])].join(',');
  }

  /** @throws ConnectorError code NotFound, with advice, when there is no such app or it is switched off */
  async getEnterpriseApp(): Promise<EnterpriseApp> {
    const select = '$select=id,appId,displayName,accountEnabled,appRoles';
    const path =
      this.app.servicePrincipalId === undefined
        ? `/servicePrincipals(appId='${this.app.appId ?? ''}')?${select}`
        : `/servicePrincipals/${this.app.servicePrincipalId}?${select}`;
    const found = await this.graph.get(path).catch((error: unknown) => {
      if (error instanceof ConnectorError && error.code === 'NotFound') {
        throw this.#appFault(
          'Entra has no such enterprise application. Check ENTRA_APP_ID or ENTRA_SERVICE_PRINCIPAL_ID.',
          error,
        );
      }
      throw error;
    });
    const app = parse(appSchema, found, 'service principal');
    if (app.accountEnabled === false) {
      // Everybody looks unassigned to a switched-off app: stop instead of deprovisioning all (graph-source.md 1.1).
      throw this.#appFault(
        'The enterprise application is switched off in Entra (accountEnabled is false). Nothing was changed.',
      );
    }
    return {
      id: app.id,
      displayName: app.displayName ?? '',
      accountEnabled: true,
      appRoles: app.appRoles.map((role): AppRole => ({
        id: role.id,
        displayName: role.displayName ?? '',
        value: role.value === '' ? null : (role.value ?? null),
        isEnabled: role.isEnabled ?? true,
      })),
    };
  }

  #appFault(message: string, cause?: unknown): ConnectorError {
    return new ConnectorError(message, {
      code: 'ConfigurationInvalid',
      sent: true,
      repeatable: false,
      scope: 'job',
      cause,
    });
  }

  /** Every assignment of users and groups; grants to applications are no people and are left out. */
  async listAssignments(servicePrincipalId: string): Promise<Assignment[]> {
    const assignments: Assignment[] = [];
    for await (const rows of this.#pages(
      `/servicePrincipals/${servicePrincipalId}/appRoleAssignedTo?$top=${PAGE_SIZE}`,
    )) {
      for (const row of rows) {
        const { principalId, principalType, appRoleId } = parse(assignmentSchema, row, 'assignment');
        if (principalType === 'User' || principalType === 'Group')
          assignments.push({ principalId, principalType, appRoleId });
      }
    }
    return assignments;
  }

  /**
   * Direct members that are users, with their attributes in the same answer. Only direct members have access
   * (graph-source.md 1.2). An unknown group has no members: it was deleted.
   */
  async listMembers(groupId: string): Promise<GroupMembers> {
    const userIds: string[] = [];
    const people: Person[] = [];
    try {
      for await (const rows of this.#pages(`/groups/${groupId}/members?$select=${this.#select}&$top=${PAGE_SIZE}`)) {
        for (const row of rows) {
          if (row['@odata.type'] !== '#microsoft.graph.user') continue;
          const person = this.#personOf(row);
          userIds.push(person.id);
          people.push(person);
        }
      }
    } catch (error) {
      if (error instanceof ConnectorError && error.code === 'NotFound') return { userIds: [], people: [] };
      throw error;
    }
    return { userIds, people };
  }

  /** Point reads of people by id, 20 a request; who is missing is looked for in the recycle bin. */
  async getPeople(ids: readonly string[]): Promise<Map<string, Looked>> {
    const found = new Map<string, Looked>();
    const select = `$select=${this.#select}`;
    const missing: string[] = [];
    for (const [id, body] of await this.#batchGet(ids, (id) => `/users/${id}?${select}`)) {
      if (body === undefined) missing.push(id);
      else found.set(id, { person: this.#personOf(parse(z.record(z.string(), z.unknown()), body, 'user')) });
    }
    for (const [id, body] of await this.#batchGet(missing, (id) => `/directory/deletedItems/${id}?$select=id`)) {
      found.set(id, { deleted: body === undefined ? 'hard' : 'soft' });
    }
    return found;
  }

  /** A delta link that stands for "from now on", taken before a full read so that nothing between is lost (I04). */
  async latestUsersLink(): Promise<string> {
    return this.#latest(`/users/delta?$select=${this.#select}&$deltatoken=latest`);
  }

  async latestGroupsLink(): Promise<string> {
    return this.#latest('/groups/delta?$select=id,members&$deltatoken=latest');
  }

  async #latest(path: string): Promise<string> {
    let link: string | undefined = path;
    while (link !== undefined) {
      const answer: z.output<typeof page> = parse(page, await this.graph.get(link), 'delta');
      if (answer['@odata.deltaLink'] !== undefined) return answer['@odata.deltaLink'];
      link = answer['@odata.nextLink'];
    }
    throw incompatible('Graph gave no delta link');
  }

  async usersDelta(link: string): Promise<DeltaPage<UserChange>> {
    return this.#deltaPage(link, (row) => {
      const removed = parse(removedSchema, row, 'user')['@removed'];
      if (removed !== undefined) {
        return { id: String(row['id']), person: undefined, removed: removed.reason === 'deleted' ? 'hard' : 'soft' };
      }
      return { id: String(row['id']), person: this.#personOf(row), removed: undefined };
    });
  }

  async groupsDelta(link: string): Promise<DeltaPage<GroupChange>> {
    return this.#deltaPage(link, (row) => {
      const group = parse(memberDeltaSchema, row, 'group');
      const users = group['members@delta'].filter(
        (member) => (member['@odata.type'] ?? '#microsoft.graph.user') === '#microsoft.graph.user',
      );
      return {
        id: group.id,
        removed: group['@removed'] !== undefined,
        joined: users.filter((member) => member['@removed'] === undefined).map((member) => member.id),
        left: users.filter((member) => member['@removed'] !== undefined).map((member) => member.id),
      };
    });
  }

  async #deltaPage<T>(link: string, convert: (row: Record<string, unknown>) => T): Promise<DeltaPage<T>> {
    const answer = parse(page, await this.graph.get(link), 'delta');
    return {
      changes: answer.value.map(convert),
      nextLink: answer['@odata.nextLink'],
      deltaLink: answer['@odata.deltaLink'],
    };
  }

  async *#pages(path: string): AsyncGenerator<Record<string, unknown>[]> {
    const seen = new Set<string>();
    let link: string | undefined = path;
    while (link !== undefined) {
      if (seen.has(link) || seen.size >= MAX_PAGES)
        throw incompatible('Graph repeats a next link; the list cannot be completed');
      seen.add(link);
      const answer: z.output<typeof page> = parse(page, await this.graph.get(link), 'list');
      yield answer.value;
      link = answer['@odata.nextLink'];
    }
  }

  /** GETs by id in batches; `undefined` stands for 404. Throttled parts are asked for again, alone. */
  async #batchGet(ids: readonly string[], pathOf: (id: string) => string): Promise<Map<string, unknown>> {
    const results = new Map<string, unknown>();
    let open = [...new Set(ids)];
    let round = 0;
    while (open.length > 0) {
      const again: string[] = [];
      for (let start = 0; start < open.length; start += BATCH_SIZE) {
        const part = open.slice(start, start + BATCH_SIZE);
        const requests = part.map((id, index) => ({ id: String(index), method: 'GET', url: pathOf(id) }));
        const { responses } = parse(batchSchema, await this.graph.postRead('/$batch', { requests }), 'batch');
        const byIndex = new Map(responses.map((response) => [response.id, response]));
        part.forEach((id, index) => {
          const response = byIndex.get(String(index));
          if (response !== undefined && response.status >= 200 && response.status < 300) results.set(id, response.body);
          else if (response?.status === 404) results.set(id, undefined);
          else if (response === undefined || response.status === 429 || response.status >= 500) again.push(id);
          else throw incompatible(`Graph refused a part of a batch with ${response.status}`);
        });
      }
      round += 1;
      if (again.length > 0 && round >= 5) throw incompatible('Graph keeps refusing parts of a batch');
      if (again.length > 0) await this.graph.pause(round);
      open = again;
    }
    return results;
  }

  /**
   * Without User.Read.All members come back with nothing but an id (graph-source.md 2.4): a fault of permission,
   * not a company of nameless people.
   */
  #personOf(row: Record<string, unknown>): Person {
    const id = row['id'];
    if (typeof id !== 'string') throw incompatible('Graph sent a user without id');
    if (row['userPrincipalName'] === null) {
      throw new ConnectorError(
        'Graph shows users without their attributes. Grant User.Read.All to the managed identity.',
        {
          code: 'InsufficientRights',
          sent: true,
          repeatable: false,
          scope: 'job',
        },
      );
    }
    const attributes: Record<string, AttributeValue> = {};
    for (const { name, property, valueOf } of this.attributes) {
      const value = property === null ? undefined : attributeValue.safeParse(valueOf(row));
      if (value?.success === true) attributes[name] = value.data;
    }
    return { id, attributes };
  }
}

const attributeValue = z.union([z.string(), z.boolean(), z.number(), z.null(), z.array(z.string())]);

function parse<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw incompatible(
    `Graph answered with a ${what} of unknown shape (${result.error.issues[0]?.path.join('.') ?? ''})`,
  );
}

const incompatible = (message: string): ConnectorError =>
  new ConnectorError(`${message}. Nothing was changed; the next cycle tries again.`, {
    code: 'ServiceIncompatible',
    sent: true,
    repeatable: false,
    scope: 'job',
  });
