import { z } from 'zod';
import { DEFAULT_ACCESS_ROLE_ID } from '../model/Assignment';
import { parseNcrontab } from './ncrontab';

/**
 * Every setting the connector reads, with its default. The settings the Bicep template sets are compared with
 * these names by a test. While one is wrong or missing every route answers with all problems at once.
 */

/** Headings of docs/settings.md, in order. */
export const SECTIONS = ['Entra', 'GoTo', 'Who gets what', 'Safety', 'When, and how fast', 'Azure'] as const;

export interface SettingFacts {
  readonly section: (typeof SECTIONS)[number];
  /** Markdown, for an administrator. */
  readonly meaning: string;
  /** What counts when it is not set, where no default says so. */
  readonly unset?: string;
}
/** What docs/settings.md says of each setting (`npm run docs`). */
const settingFacts = z.registry<SettingFacts>();

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** An https origin without a path; plain http only on a loopback address, so that no token leaves in the clear. */
const origin = z
  .string()
  .transform((value) => value.replace(/\/+$/, ''))
  .refine(isSafeEndpoint, { error: 'must be an https address without a path (http only on a loopback address)' });
const endpoint = (fallback: string) => origin.prefault(fallback);

function isSafeEndpoint(value: string): boolean {
  // Paths are put behind it, and tokens asked for by it: with one of its own both would be wrong.
  if (!/^https?:\/\/[^/?#@\\]+$/i.test(value) || !URL.canParse(value)) return false;
  const url = new URL(value);
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname));
}

const flag = () =>
  z
    .enum(['true', 'false', 'True', 'False', '1', '0'], { error: 'must be true or false' })
    .default('false')
    .transform((value) => value.toLowerCase() === 'true' || value === '1');

const wholeNumber = (fallback: number, min: number, max: number) =>
  z
    .string()
    .default(String(fallback))
    .refine((value) => /^\d+$/.test(value) && Number(value) >= min && Number(value) <= max, {
      error: `must be a whole number from ${min} to ${max}`,
    })
    .transform(Number);

/** The app's own address, as the platform tells it: never what a request says, which anybody may write. */
const hostName = z
  .string()
  .regex(/^(\[::1\]|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)(:\d{1,5})?$/i, {
    error: 'must be a host name, with a port or without',
  })
  .transform((host) => (LOOPBACK.has(host.replace(/:\d+$/, '')) ? `http://${host}` : `https://${host}`));

const guid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, { error: 'must be a GUID' });

const schedule = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .refine((value) => parseNcrontab(value) !== undefined, {
      error: `must be an NCRONTAB expression of six fields (second first; numbers, names, "*", "-", "," and "/"), for example "${fallback}"`,
    });

const key = z.string().regex(/^\d{1,20}$/, { error: 'must be digits only, in quotes' });

const roleEntitlements = z
  .string({
    error:
      'is missing: say which app role gives which GoTo licences, for example {"User":{"licenseKeys":["4000000000000000404"]}}',
  })
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'is not valid JSON' });
      return z.NEVER;
    }
  })
  .pipe(
    z
      .record(z.string(), z.object({ licenseKeys: z.array(key), groupName: z.string().optional() }))
      .refine((rules) => Object.keys(rules).length > 0, { error: 'names no app role' }),
  );

/** A number of seats, or a share of all. */
const seatsLeft = z
  .string()
  .default('5%')
  .refine((value) => /^\d{1,6}$|^(\d|[1-9]\d|100)%$/.test(value), {
    error: 'must be a number of seats or a share of them, for example 10 or 5%',
  })
  .transform((value) => (value.endsWith('%') ? { percent: Number.parseInt(value, 10) } : { count: Number(value) }));

/** What Azure puts in place of a Key Vault reference that it could not resolve is the reference itself. */
const isUnresolved = (value: string): boolean => value.startsWith('@Microsoft.KeyVault(');

/** A credential may come later, by Authorize: one that the vault does not have yet counts as not set. */
const credential = () =>
  z
    .string()
    .optional()
    .transform((value) => (value === undefined || isUnresolved(value) ? undefined : value));

/** A text without these parts would be an exception of the client instead of a sentence. */
const connectionString = (parts: RegExp) => z.string().regex(parts, { error: 'is not a connection string' }).optional();
const storageString = () =>
  connectionString(
    /^UseDevelopmentStorage=true|(?=.*\bAccountName=[^;])(?=.*\bAccountKey=[^;])|\bSharedAccessSignature=[^;]/i,
  );

const address = (of: string) =>
  z
    .url({ protocol: /^https$/, error: 'must be an https address' })
    .optional()
    .register(settingFacts, { section: 'Azure', meaning: `address of ${of}, for an identity`, unset: 'none' });
const identityWord = () =>
  z
    .literal('managedidentity', { error: 'must be "managedidentity"' })
    .optional()
    .register(settingFacts, { section: 'Azure', meaning: '`managedidentity`, with an address', unset: 'none' });
const identityId = () =>
  guid.optional().register(settingFacts, {
    section: 'Azure',
    meaning: 'client id of the identity',
    unset: '`AZURE_CLIENT_ID`, or the system-assigned one',
  });

const settingsSchema = z.object({
  ENTRA_APP_ID: guid.optional().register(settingFacts, {
    section: 'Entra',
    meaning: 'application id of the enterprise application whose assignments count; or give the next one',
    unset: 'one of the two',
  }),
  ENTRA_SERVICE_PRINCIPAL_ID: guid.optional().register(settingFacts, {
    section: 'Entra',
    meaning: 'its object id',
    unset: 'one of the two',
  }),
  GRAPH_ENDPOINT: endpoint('https://graph.microsoft.com').register(settingFacts, {
    section: 'Entra',
    meaning: 'Microsoft Graph of your cloud; `http` only on a loopback address',
  }),
  AZURE_CLIENT_ID: guid.optional().register(settingFacts, {
    section: 'Entra',
    meaning: 'client id of the user-assigned identity',
    unset: 'the system-assigned one',
  }),
  GOTO_ACCOUNT_KEY: z
    .string({ error: 'is missing: the digits of your GoTo account, see GoTo Admin or GET /admin/rest/v1/me' })
    .regex(/^\d{1,20}$/, { error: 'must be digits only' })
    .register(settingFacts, {
      section: 'GoTo',
      meaning:
        'digits of your GoTo account; checked against GoTo’s `/me` before any write; to move to another account, apply a full dry run',
    }),
  GOTO_CLIENT_ID: credential().register(settingFacts, {
    section: 'GoTo',
    meaning: 'OAuth client of developer.logmeininc.com/clients',
    unset: 'later',
  }),
  GOTO_CLIENT_SECRET: credential().register(settingFacts, {
    section: 'GoTo',
    meaning: 'its secret; on Azure `goto-client-secret` in Key Vault',
    unset: 'later',
  }),
  GOTO_PERSONAL_ACCESS_TOKEN: credential().register(settingFacts, {
    section: 'GoTo',
    meaning: 'used instead of a refresh token; on Azure `goto-personal-access-token` in Key Vault',
    unset: 'Authorize, or later',
  }),
  GOTO_REFRESH_TOKEN: credential().register(settingFacts, {
    section: 'GoTo',
    meaning: 'a first refresh token, in place of [Authorize](connect.md); later ones are kept in Key Vault',
    unset: 'Authorize, or later',
  }),
  KEY_VAULT_URI: origin.optional().register(settingFacts, {
    section: 'GoTo',
    meaning: 'the vault that keeps the refresh token and the other secrets',
    unset: 'tokens live as long as the process',
  }),
  GOTO_API_ENDPOINT: endpoint('https://api.getgo.com').register(settingFacts, {
    section: 'GoTo',
    meaning: 'another host of GoTo’s API; `http` only on a loopback address',
  }),
  GOTO_AUTH_ENDPOINT: endpoint('https://authentication.logmeininc.com').register(settingFacts, {
    section: 'GoTo',
    meaning: 'another host of GoTo’s sign-in; `http` only on a loopback address',
  }),
  GOTO_REQUESTS_PER_SECOND: z
    .string()
    .default('8')
    .refine((value) => Number(value) >= 0.5 && Number(value) <= 1000, { error: 'must be a number from 0.5 to 1000' })
    .transform(Number)
    .register(settingFacts, {
      section: 'GoTo',
      meaning: 'calls a second (0.5 to 1000) over all instances; GoTo documents 10',
    }),
  ROLE_ENTITLEMENTS: roleEntitlements.register(settingFacts, {
    section: 'Who gets what',
    meaning:
      'JSON: app role (value, display name or id) → `{ "licenseKeys": ["…"], "groupName": "…" }`, the group if wanted',
  }),
  SCOPE: z
    .enum(['assigned', 'all'], { error: 'must be "assigned" or "all"' })
    .default('assigned')
    .register(settingFacts, {
      section: 'Who gets what',
      meaning:
        '`assigned`, or `all`: everybody in the directory, guests too, whom the scoping filters of the mapping let through; whoever has no assignment counts as Default Access, so it needs `PROVISION_DEFAULT_ACCESS` and a rule named "Default Access"',
    }),
  PROVISION_DEFAULT_ACCESS: flag().register(settingFacts, {
    section: 'Who gets what',
    meaning: 'let "Default Access" count (a rule must name it)',
  }),
  EXPAND_NESTED_GROUPS: flag().register(settingFacts, {
    section: 'Who gets what',
    meaning:
      'members of groups in assigned groups count, however deep; Entra’s own provisioning takes direct members only',
  }),
  PROVISION_GROUPS: flag().register(settingFacts, {
    section: 'Who gets what',
    meaning:
      'assigned groups, and groups that rules name, become user groups in GoTo, and people move into theirs: see [Groups](#groups)',
  }),
  SKIP_OUT_OF_SCOPE_DELETIONS: flag().register(settingFacts, {
    section: 'Who gets what',
    meaning: 'keep accounts of people who lose their assignment',
  }),
  DRIFT_POLICY: z
    .enum(['report', 'repair'], { error: 'must be "report" or "repair"' })
    .default('repair')
    .register(settingFacts, {
      section: 'Who gets what',
      meaning: '`repair` puts accounts changed by hand right in the nightly full cycle, `report` only tells',
    }),
  START_WITH_PLAN: flag().register(settingFacts, {
    section: 'Safety',
    meaning:
      'a new installation’s first cycle only plans, and nothing is changed until somebody applies that plan; the template switches it on',
  }),
  PLAN_MAX_AGE_HOURS: wholeNumber(24, 1, 720).register(settingFacts, {
    section: 'Safety',
    meaning: 'a plan is applied at most so many hours (1 to 720) after it was made',
  }),
  REMOVAL_LIMIT_COUNT: wholeNumber(50, 0, 1_000_000).register(settingFacts, {
    section: 'Safety',
    meaning: 'people who may lose access within 24 hours before you are asked; 0 asks always',
  }),
  REMOVAL_LIMIT_PERCENT: wholeNumber(10, 0, 100).register(settingFacts, {
    section: 'Safety',
    meaning:
      'the same as a share of the managed people; the smaller one counts ([what to do then](operations.md#staged-removals))',
  }),
  DELETE_AFTER_DAYS: wholeNumber(0, 0, 3_650).register(settingFacts, {
    section: 'Safety',
    meaning:
      'days (1 to 3650) after which the deletion of a suspended account is proposed; 0 deletes none: see [Deleted accounts](#deleted-accounts)',
  }),
  PROTECTED_USERS: z
    .string()
    .default('')
    .transform((list) => list.split(/[,;\s]+/).filter((entry) => entry !== ''))
    .register(settingFacts, {
      section: 'Safety',
      meaning:
        'ids, user principal names or addresses of people that are never touched, and ids of groups whose members are not',
    }),
  SEATS_WARNING: seatsLeft.register(settingFacts, {
    section: 'Safety',
    meaning: 'from how few free seats of a licence on a cycle warns: a number, or a share such as `5%`',
  }),
  SYNC_SCHEDULE: schedule('0 */5 * * * *').register(settingFacts, {
    section: 'When, and how fast',
    meaning: 'NCRONTAB in UTC; what Azure’s timers refuse (`?`, `L`, `W`, `#`, Sunday as 7) is refused here',
  }),
  FULL_SYNC_SCHEDULE: schedule('0 0 2 * * *').register(settingFacts, {
    section: 'When, and how fast',
    meaning: 'NCRONTAB in UTC of the full cycle, which finds drift',
  }),
  USER_CHANGE_LANES: wholeNumber(8, 1, 64).register(settingFacts, {
    section: 'When, and how fast',
    meaning: 'changes under way at once (1 to 64); fewer where the rate is too low for so many',
  }),
  CREATE_BATCH_SIZE: wholeNumber(20, 1, 25).register(settingFacts, {
    section: 'When, and how fast',
    meaning: 'people of one request that creates accounts, 1 (off) to 25',
  }),
  LOG_RETENTION_DAYS: wholeNumber(400, 7, 3_650).register(settingFacts, {
    section: 'When, and how fast',
    meaning: 'days (7 to 3650) that cycles, plans and the provisioning log are kept',
  }),
  SIGN_IN_WITH_ENTRA: flag().register(settingFacts, {
    section: 'Azure',
    meaning:
      'people sign in with Entra and an app role in place of a function key ([sign-in](sign-in.md)); counts only while App Service authentication is on',
  }),
  WEBSITE_AUTH_ENABLED: flag().register(settingFacts, {
    section: 'Azure',
    meaning: 'Azure’s word that App Service authentication is on: never set it yourself',
  }),
  WEBSITE_HOSTNAME: hostName.optional().register(settingFacts, {
    section: 'Azure',
    meaning:
      'the app’s own address, which GoTo leads the browser back to after [Authorize](connect.md); Azure and the local host set it',
    unset: 'no Authorize',
  }),
  AzureWebJobsStorage: storageString().register(settingFacts, {
    section: 'Azure',
    meaning: 'connection string of the host’s storage, where the tables lie too; or the addresses that follow',
    unset: 'one of the two ways',
  }),
  AzureWebJobsStorage__blobServiceUri: address('the host’s blobs'),
  AzureWebJobsStorage__queueServiceUri: address('the host’s queues'),
  AzureWebJobsStorage__tableServiceUri: address('the tables'),
  AzureWebJobsStorage__credential: identityWord(),
  AzureWebJobsStorage__clientId: identityId(),
  TableStorage: storageString().register(settingFacts, {
    section: 'Azure',
    meaning: 'other storage for the tables, set the same way',
    unset: 'the host’s',
  }),
  TableStorage__tableServiceUri: address('the tables'),
  TableStorage__credential: identityWord(),
  TableStorage__clientId: identityId(),
  ServiceBusConnection: connectionString(/\bEndpoint=sb:\/\/[^;]/i).register(settingFacts, {
    section: 'Azure',
    meaning: 'connection string of Service Bus; or the namespace that follows',
    unset: 'one of the two ways',
  }),
  ServiceBusConnection__fullyQualifiedNamespace: z
    .string()
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i, {
      error: 'must be the host name of the namespace alone, such as name.servicebus.windows.net',
    })
    .optional()
    .register(settingFacts, {
      section: 'Azure',
      meaning: 'the namespace, for an identity: `….servicebus.windows.net`',
      unset: 'one of the two ways',
    }),
  ServiceBusConnection__credential: identityWord(),
  ServiceBusConnection__clientId: identityId(),
});

/** Settings of which one of several is needed: the first name, how to tell, and what to say. */
const ALTERNATIVES: readonly { readonly names: readonly string[]; readonly advice: string }[] = [
  {
    names: ['AzureWebJobsStorage', 'AzureWebJobsStorage__tableServiceUri'],
    advice: 'is missing: a connection string, or AzureWebJobsStorage__tableServiceUri with a managed identity',
  },
  {
    names: ['ServiceBusConnection', 'ServiceBusConnection__fullyQualifiedNamespace'],
    advice: 'is missing: a connection string, or ServiceBusConnection__fullyQualifiedNamespace with a managed identity',
  },
  {
    names: ['ENTRA_APP_ID', 'ENTRA_SERVICE_PRINCIPAL_ID'],
    advice: 'is missing: the application id of the enterprise app, or ENTRA_SERVICE_PRINCIPAL_ID with its object id',
  },
];

export type Settings = z.output<typeof settingsSchema>;

/** With SCOPE=all, whoever has no assignment counts as Default Access: without a rule for it they would all get nothing. */
function scopeProblems(settings: Settings): string[] {
  const names = ['Default Access', DEFAULT_ACCESS_ROLE_ID];
  const hasRule = names.some((name) => Object.hasOwn(settings.ROLE_ENTITLEMENTS, name));
  return settings.SCOPE === 'assigned' || (settings.PROVISION_DEFAULT_ACCESS && hasRule)
    ? []
    : [
        'SCOPE: "all" gives people without an assignment what Default Access gives; set PROVISION_DEFAULT_ACCESS to true and add a rule named "Default Access" to ROLE_ENTITLEMENTS',
      ];
}

/** The names of all settings, for the comparison with the template. */
export const SETTING_NAMES: readonly string[] = Object.keys(settingsSchema.shape);

/** A setting as docs/settings.md tells of it. */
export interface ToldSetting extends SettingFacts {
  readonly name: string;
  /** What counts when it is not set; undefined when it must be set. */
  readonly fallback: string | undefined;
}

/** Every setting with its facts, in the order of the schema. @throws Error for one that has none */
export function tellSettings(): readonly ToldSetting[] {
  return Object.entries(settingsSchema.shape).map(([name, schema]) => {
    const facts = settingFacts.get(schema);
    if (facts === undefined) throw new Error(`${name} has no facts`);
    const { default: given } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
    return { name, ...facts, fallback: facts.unset ?? (typeof given === 'string' ? `\`${given}\`` : undefined) };
  });
}

/** All problems of the settings in one message, each with the name and how to mend it. Never a value: it may be a secret. */
export class SettingsError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`Settings are wrong or missing. Mend these:\n${problems.map((p) => `  - ${p}`).join('\n')}`);
    this.name = 'SettingsError';
  }
}

/**
 * @param environment usually `process.env`; empty values count as not set
 * @throws SettingsError with every problem at once
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const given = new Map(SETTING_NAMES.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])));
  const result = settingsSchema.safeParse(Object.fromEntries(given));
  const problems = [
    ...ALTERNATIVES.filter(({ names }) => !names.some((name) => given.has(name))).map(
      ({ names, advice }) => `${names[0] ?? ''}: ${advice}`,
    ),
    ...(result.success ? [] : result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)),
  ];
  if (result.success) problems.push(...scopeProblems(result.data));
  if (result.success && problems.length === 0) return result.data;
  throw new SettingsError(problems);
}
