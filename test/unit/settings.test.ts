import { readSettings, SettingsError } from '../../shared/settings/Settings';
import { signInProblem } from '../../shared/settings/signInProblem';

const complete = {
  AzureWebJobsStorage: 'UseDevelopmentStorage=true',
  ServiceBusConnection: 'Endpoint=sb://x;SharedAccessKeyName=a;SharedAccessKey=b',
  ENTRA_APP_ID: '0f6a2e1c-93b8-4b0e-8a3b-5b5f0c7d1a22',
  GOTO_ACCOUNT_KEY: '2000000000000000202',
  GOTO_CLIENT_ID: 'client',
  GOTO_CLIENT_SECRET: 'the-client-secret',
  GOTO_PERSONAL_ACCESS_TOKEN: 'the-pat',
  ROLE_ENTITLEMENTS: '{"User":{"licenseKeys":["4000000000000000404"]}}',
};

const problemsOf = (environment: Record<string, string>): readonly string[] => {
  try {
    readSettings(environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
};

test('a complete set is read with the documented defaults', () => {
  expect(readSettings(complete)).toMatchObject({
    SYNC_SCHEDULE: '0 */5 * * * *',
    FULL_SYNC_SCHEDULE: '0 0 2 * * *',
    GRAPH_ENDPOINT: 'https://graph.microsoft.com',
    GOTO_API_ENDPOINT: 'https://api.getgo.com',
    GOTO_AUTH_ENDPOINT: 'https://authentication.logmeininc.com',
    GOTO_REQUESTS_PER_SECOND: 8,
    USER_CHANGE_LANES: 8,
    CREATE_BATCH_SIZE: 20,
    PROVISION_DEFAULT_ACCESS: false,
  });
});

test('an empty environment names every missing setting at once', () => {
  const problems = problemsOf({}).join('\n');
  for (const name of [
    'GOTO_ACCOUNT_KEY',
    'ROLE_ENTITLEMENTS',
    'AzureWebJobsStorage',
    'ServiceBusConnection',
    'ENTRA_APP_ID',
  ])
    expect(problems).toContain(name);
});

test('what belongs together is asked for together', () => {
  const { GOTO_ACCOUNT_KEY, GOTO_CLIENT_ID, GOTO_CLIENT_SECRET, ROLE_ENTITLEMENTS } = complete;
  const rest = { GOTO_ACCOUNT_KEY, GOTO_CLIENT_ID, GOTO_CLIENT_SECRET, ROLE_ENTITLEMENTS };
  const problems = problemsOf(rest).join('\n');
  for (const name of ['AzureWebJobsStorage', 'ServiceBusConnection', 'ENTRA_APP_ID']) expect(problems).toContain(name);
});

test('credentials of GoTo may come later; one that the vault does not have yet counts as not set', () => {
  const { AzureWebJobsStorage, ServiceBusConnection, ENTRA_APP_ID, GOTO_ACCOUNT_KEY, ROLE_ENTITLEMENTS } = complete;
  const settings = readSettings({
    AzureWebJobsStorage,
    ServiceBusConnection,
    ENTRA_APP_ID,
    GOTO_ACCOUNT_KEY,
    ROLE_ENTITLEMENTS,
    GOTO_CLIENT_SECRET: '@Microsoft.KeyVault(VaultName=v;SecretName=goto-client-secret)',
  });
  expect(settings.GOTO_CLIENT_ID).toBeUndefined();
  expect(settings.GOTO_CLIENT_SECRET).toBeUndefined();
});

test.each([
  ['GRAPH_ENDPOINT', 'http://graph.example'],
  ['GOTO_API_ENDPOINT', 'not an address'],
  // As documentation and portals show them: taken as they are, each would fail later, and not say why.
  ['GRAPH_ENDPOINT', 'https://graph.microsoft.com/v1.0'],
  ['GOTO_API_ENDPOINT', 'https://api.getgo.com/admin/rest/v1/'],
  ['KEY_VAULT_URI', 'https://name.vault.azure.net/secrets'],
  ['ServiceBusConnection__fullyQualifiedNamespace', 'https://name.servicebus.windows.net:443/'],
  ['ServiceBusConnection__fullyQualifiedNamespace', 'sb://name.servicebus.windows.net'],
  ['AzureWebJobsStorage__tableServiceUri', 'http://name.table.core.windows.net'],
  ['SYNC_SCHEDULE', '*/5 * * * *'],
  ['GOTO_REQUESTS_PER_SECOND', '0'],
  ['USER_CHANGE_LANES', '65'],
  ['CREATE_BATCH_SIZE', '26'],
  ['PROVISION_DEFAULT_ACCESS', 'yes'],
  ['DRIFT_POLICY', 'maybe'],
  ['ROLE_ENTITLEMENTS', '{"User":{"licenseKeys":[4000000000000000404]}}'],
  ['ROLE_ENTITLEMENTS', '{}'],
  ['ENTRA_APP_ID', 'GoToMeeting'],
  ['GOTO_ACCOUNT_KEY', 'abc'],
  ['AzureWebJobsStorage', 'my storage'],
  ['AzureWebJobsStorage', 'AccountName=only'],
  ['ServiceBusConnection', 'my-namespace.servicebus.windows.net'],
])('%s = %s is refused by name', (name, value) => {
  const problems = problemsOf({ ...complete, [name]: value });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(new RegExp(`^${name}`));
});

test('plain http is allowed on a loopback address only', () => {
  expect(readSettings({ ...complete, GRAPH_ENDPOINT: 'http://127.0.0.1:5000/' }).GRAPH_ENDPOINT).toBe(
    'http://127.0.0.1:5000',
  );
});

test('no problem shows a value: it may be a secret', () => {
  const problems = problemsOf({ ...complete, GOTO_ACCOUNT_KEY: 'the-client-secret' }).join();
  expect(problems).not.toContain('the-client-secret');
});

test('SCOPE=all is refused where whoever has no assignment would get nothing', () => {
  const rule = { ROLE_ENTITLEMENTS: '{"Default Access":{"licenseKeys":["4000000000000000404"]}}' };
  const all = { ...complete, SCOPE: 'all' };
  for (const settings of [all, { ...all, ...rule }, { ...all, PROVISION_DEFAULT_ACCESS: 'true' }])
    expect(problemsOf(settings)).toEqual([expect.stringMatching(/^SCOPE: .*Default Access/)]);
  expect(readSettings({ ...all, ...rule, PROVISION_DEFAULT_ACCESS: 'true' }).SCOPE).toBe('all');
});

test('a sign-in is believed only behind App Service authentication', () => {
  const signIn = { ...complete, SIGN_IN_WITH_ENTRA: 'true' };
  for (const enabled of ['', 'False', '0'])
    expect(signInProblem(readSettings({ ...signIn, WEBSITE_AUTH_ENABLED: enabled }))).toMatch(
      /^SIGN_IN_WITH_ENTRA: App Service authentication is off.*function keys count/,
    );
  for (const settings of [{ ...signIn, WEBSITE_AUTH_ENABLED: 'True' }, complete])
    expect(signInProblem(readSettings(settings))).toBeUndefined();
});
