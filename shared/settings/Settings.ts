import { z } from 'zod';
import { DEFAULT_ACCESS_ROLE_ID } from '../model/Assignment';
import { parseNcrontab } from './ncrontab';

/**
 * Every setting the connector reads, with its default. The settings the Bicep template sets are compared with
 * these names by a test. While one is wrong or missing every route answers with all problems at once.
 */

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** An https origin without a path; plain http only on a loopback address, so that no token leaves in the clear. */
const origin = z
  .string()
  .transform((value) => value.replace(/\/+$/, ''))
  .refine(isSafeEndpoint, { error: 'must be an https address (http only on a loopback address)' });
const endpoint = (fallback: string) => origin.prefault(fallback);

function isSafeEndpoint(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname));
}

const flag = z
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
const credential = z
  .string()
  .optional()
  .transform((value) => (value === undefined || isUnresolved(value) ? undefined : value));

/** A text without these parts would be an exception of the client instead of a sentence. */
const connectionString = (parts: RegExp) => z.string().regex(parts, { error: 'is not a connection string' }).optional();
const storageString = connectionString(
  /^UseDevelopmentStorage=true|(?=.*\bAccountName=[^;])(?=.*\bAccountKey=[^;])|\bSharedAccessSignature=[^;]/i,
);

const connection = {
  credential: z.literal('managedidentity', { error: 'must be "managedidentity"' }).optional(),
  clientId: guid.optional(),
};

const settingsSchema = z.object({
  AzureWebJobsStorage: storageString,
  AzureWebJobsStorage__blobServiceUri: z.url().optional(),
  AzureWebJobsStorage__queueServiceUri: z.url().optional(),
  AzureWebJobsStorage__tableServiceUri: z.url().optional(),
  AzureWebJobsStorage__credential: connection.credential,
  AzureWebJobsStorage__clientId: connection.clientId,
  TableStorage: storageString,
  TableStorage__tableServiceUri: z.url().optional(),
  TableStorage__credential: connection.credential,
  TableStorage__clientId: connection.clientId,
  ServiceBusConnection: connectionString(/\bEndpoint=sb:\/\/[^;]/i),
  ServiceBusConnection__fullyQualifiedNamespace: z.string().optional(),
  ServiceBusConnection__credential: connection.credential,
  ServiceBusConnection__clientId: connection.clientId,
  WEBSITE_HOSTNAME: hostName.optional(),
  WEBSITE_AUTH_ENABLED: flag,
  SIGN_IN_WITH_ENTRA: flag,
  SYNC_SCHEDULE: schedule('0 */5 * * * *'),
  FULL_SYNC_SCHEDULE: schedule('0 0 2 * * *'),
  ENTRA_SERVICE_PRINCIPAL_ID: guid.optional(),
  ENTRA_APP_ID: guid.optional(),
  GRAPH_ENDPOINT: endpoint('https://graph.microsoft.com'),
  AZURE_CLIENT_ID: guid.optional(),
  GOTO_ACCOUNT_KEY: z
    .string({ error: 'is missing: the digits of your GoTo account, see GoTo Admin or GET /admin/rest/v1/me' })
    .regex(/^\d{1,20}$/, { error: 'must be digits only' }),
  GOTO_API_ENDPOINT: endpoint('https://api.getgo.com'),
  GOTO_AUTH_ENDPOINT: endpoint('https://authentication.logmeininc.com'),
  GOTO_CLIENT_ID: credential,
  GOTO_CLIENT_SECRET: credential,
  GOTO_PERSONAL_ACCESS_TOKEN: credential,
  GOTO_REFRESH_TOKEN: credential,
  KEY_VAULT_URI: origin.optional(),
  GOTO_REQUESTS_PER_SECOND: z
    .string()
    .default('8')
    .refine((value) => Number(value) >= 0.5 && Number(value) <= 1000, { error: 'must be a number from 0.5 to 1000' })
    .transform(Number),
  USER_CHANGE_LANES: wholeNumber(8, 1, 64),
  CREATE_BATCH_SIZE: wholeNumber(20, 1, 25),
  START_WITH_PLAN: flag,
  PLAN_MAX_AGE_HOURS: wholeNumber(24, 1, 720),
  LOG_RETENTION_DAYS: wholeNumber(400, 7, 3_650),
  ROLE_ENTITLEMENTS: roleEntitlements,
  PROVISION_DEFAULT_ACCESS: flag,
  EXPAND_NESTED_GROUPS: flag,
  PROVISION_GROUPS: flag,
  SCOPE: z.enum(['assigned', 'all'], { error: 'must be "assigned" or "all"' }).default('assigned'),
  SKIP_OUT_OF_SCOPE_DELETIONS: flag,
  DELETE_AFTER_DAYS: wholeNumber(0, 0, 3_650),
  REMOVAL_LIMIT_COUNT: wholeNumber(50, 0, 1_000_000),
  REMOVAL_LIMIT_PERCENT: wholeNumber(10, 0, 100),
  DRIFT_POLICY: z.enum(['report', 'repair'], { error: 'must be "report" or "repair"' }).default('repair'),
  SEATS_WARNING: seatsLeft,
  PROTECTED_USERS: z
    .string()
    .default('')
    .transform((list) => list.split(/[,;\s]+/).filter((entry) => entry !== '')),
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

/**
 * Who signed in stands in a header that anybody could write, were it not for App Service authentication in front. That it is
 * on is the platform's word (Azure/azure-functions-host#6006 passes it to the app; Azure/data-api-builder#3699 relies on it).
 */
const signInProblems = (settings: Settings): string[] =>
  settings.SIGN_IN_WITH_ENTRA && !settings.WEBSITE_AUTH_ENABLED
    ? [
        'SIGN_IN_WITH_ENTRA: needs App Service authentication, which is off (WEBSITE_AUTH_ENABLED is not true). Deploy with signInClientId, or switch it on under Authentication in the portal; never set WEBSITE_AUTH_ENABLED yourself',
      ]
    : [];

/** The names of all settings, for the comparison with the template. */
export const SETTING_NAMES: readonly string[] = Object.keys(settingsSchema.shape);

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
  if (result.success) problems.push(...scopeProblems(result.data), ...signInProblems(result.data));
  if (result.success && problems.length === 0) return result.data;
  throw new SettingsError(problems);
}
