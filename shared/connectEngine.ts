/** The composition root: settings → clients → engine. Nothing is sent yet. */
import type { TokenCredential } from '@azure/core-auth';
import { ManagedIdentityCredential } from '@azure/identity';
import { EntraSource } from './entra/EntraSource';
import { GraphClient } from './entra/GraphClient';
import type { AccessTokens } from './goto/AccessTokens';
import { GotoAccounts } from './goto/GotoAccounts';
import { GotoAuthorization } from './goto/GotoAuthorization';
import { GotoClient } from './goto/GotoClient';
import { GotoConnection } from './goto/GotoConnection';
import { GotoTokens } from './goto/GotoTokens';
import type { GivenSecrets } from './goto/GotoSecrets';
import { KeyVaultSecrets } from './goto/KeyVaultSecrets';
import { MemorySecrets } from './goto/MemorySecrets';
import { Pacing } from './goto/Pacing';
import { readMe } from './goto/readMe';
import { TokenEndpoint } from './goto/TokenEndpoint';
import { defaultMapping } from './mapping/defaultMapping';
import { systemClock, type Clock } from './model/Clock';
import { sourceAttribute } from './model/SourceAttribute';
import { connectServiceBus } from './queue/connectServiceBus';
import { DeadLetters } from './queue/DeadLetters';
import { MessageSender } from './queue/MessageSender';
import type { Settings } from './settings/Settings';
import { signInProblem } from './settings/signInProblem';
import { connectTables, type OpenTable } from './store/connectTables';
import { openStore } from './store/openStore';
import { DEFAULT_TIMING, type Engine, type Timing } from './sync/Engine';
import type { Telemetry } from './telemetry/Telemetry';

const DAY_MS = 86_400_000;

export interface ConnectOptions {
  readonly telemetry: Telemetry;
  readonly clock?: Clock;
  readonly timing?: Partial<Timing>;
  /** Stands between the engine and its tables: for whoever watches what is stored. */
  readonly watchTables?: (open: OpenTable) => OpenTable;
}

export function connectEngine(settings: Settings, options: ConnectOptions): Engine {
  const { telemetry, clock = systemClock } = options;
  const credentials = new Map<string, TokenCredential>();
  // One credential an identity and process: each keeps its tokens in memory (graph-source.md 6).
  const credentialFor = (clientId: string | undefined): TokenCredential => {
    const name = clientId ?? '';
    const known =
      credentials.get(name) ??
      (clientId === undefined ? new ManagedIdentityCredential() : new ManagedIdentityCredential({ clientId }));
    credentials.set(name, known);
    return known;
  };
  const identity = credentialFor(settings.AZURE_CLIENT_ID);

  const tables = connectTables(settings, credentialFor);
  const store = openStore(options.watchTables?.(tables) ?? tables, clock);
  const serviceBus = connectServiceBus(settings, credentialFor);
  const pacing = new Pacing(settings.GOTO_REQUESTS_PER_SECOND, clock, store.demandedWait);
  const given: GivenSecrets = {
    clientSecret: settings.GOTO_CLIENT_SECRET,
    personalAccessToken: settings.GOTO_PERSONAL_ACCESS_TOKEN,
    refreshToken: settings.GOTO_REFRESH_TOKEN,
  };
  const secrets =
    settings.KEY_VAULT_URI === undefined
      ? new MemorySecrets(given)
      : new KeyVaultSecrets(settings.KEY_VAULT_URI, identity, given);
  const endpoint = new TokenEndpoint({
    endpoint: settings.GOTO_AUTH_ENDPOINT,
    clientId: settings.GOTO_CLIENT_ID,
    secrets,
  });
  const tokens = new GotoTokens({
    endpoint,
    secrets,
    lease: store.tokenLease,
    authorizations: store.authorizations,
    clock,
    telemetry,
  });
  const gotoClient = (accessTokens: AccessTokens): GotoClient =>
    new GotoClient({ endpoint: settings.GOTO_API_ENDPOINT, tokens: accessTokens, pacing, clock, telemetry });
  const host = settings.WEBSITE_HOSTNAME;
  return {
    clock,
    telemetry,
    timing: { ...DEFAULT_TIMING, ...options.timing },
    entra: new EntraSource(
      new GraphClient({ endpoint: settings.GRAPH_ENDPOINT, credential: identity, clock, telemetry }),
      { servicePrincipalId: settings.ENTRA_SERVICE_PRINCIPAL_ID, appId: settings.ENTRA_APP_ID },
      defaultMapping.sourceAttributes.flatMap((name) => sourceAttribute(name) ?? []),
    ),
    accounts: new GotoAccounts(gotoClient(tokens), settings.GOTO_ACCOUNT_KEY),
    pacing,
    connection: new GotoConnection({
      clientId: settings.GOTO_CLIENT_ID,
      secrets,
      telemetry,
    }),
    authorization: new GotoAuthorization({
      endpoint: settings.GOTO_AUTH_ENDPOINT,
      clientId: settings.GOTO_CLIENT_ID,
      accountKey: settings.GOTO_ACCOUNT_KEY,
      redirectUri: host === undefined ? undefined : `${host}/api/connection/callback`,
      secrets,
      tokenEndpoint: endpoint,
      tokens,
      pending: store.pendingAuthorizations,
      meOf: (token) =>
        readMe(gotoClient({ get: () => Promise.resolve(token), generation: 0 }), { pacer: pacing.guest }),
      clock,
      telemetry,
    }),
    store,
    sender: new MessageSender(serviceBus, clock, () =>
      connectServiceBus(settings, credentialFor, { retryOptions: { maxRetries: 0 } }),
    ),
    deadLetters: new DeadLetters(serviceBus),
    policy: {
      enterpriseApp: settings.ENTRA_SERVICE_PRINCIPAL_ID ?? settings.ENTRA_APP_ID ?? '',
      roleEntitlements: settings.ROLE_ENTITLEMENTS,
      provisionDefaultAccess: settings.PROVISION_DEFAULT_ACCESS,
      expandNestedGroups: settings.EXPAND_NESTED_GROUPS,
      scope: settings.SCOPE,
      provisionGroups: settings.PROVISION_GROUPS,
      skipOutOfScopeDeletions: settings.SKIP_OUT_OF_SCOPE_DELETIONS,
      deleteAfterMs: settings.DELETE_AFTER_DAYS === 0 ? null : settings.DELETE_AFTER_DAYS * DAY_MS,
      driftPolicy: settings.DRIFT_POLICY,
      protectedUsers: settings.PROTECTED_USERS.map((name) => name.toLowerCase()),
    },
    removalLimit: { count: settings.REMOVAL_LIMIT_COUNT, percent: settings.REMOVAL_LIMIT_PERCENT },
    lanes: settings.USER_CHANGE_LANES,
    createBatchSize: settings.CREATE_BATCH_SIZE,
    ratePerSecond: settings.GOTO_REQUESTS_PER_SECOND,
    logRetentionDays: settings.LOG_RETENTION_DAYS,
    startWithPlan: settings.START_WITH_PLAN,
    planMaxAgeHours: settings.PLAN_MAX_AGE_HOURS,
    seatsWarning: settings.SEATS_WARNING,
    signInWithEntra: settings.SIGN_IN_WITH_ENTRA && settings.WEBSITE_AUTH_ENABLED,
    signInProblem: signInProblem(settings),
    schedule: settings.SYNC_SCHEDULE,
    fullSchedule: settings.FULL_SYNC_SCHEDULE,
  };
}
