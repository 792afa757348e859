/** What would be deployed, of each environment: no key, nothing public, no right too many, and all that the code reads. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings, SETTING_NAMES } from '../../shared/settings/Settings';
import { ENVIRONMENTS, INFRA, Snapshot } from './Snapshot';

const all = ENVIRONMENTS.map((name) => new Snapshot(name));
const each = all.map((snapshot) => [snapshot.environment, snapshot] as const);

/** Settings that the host reads, not the connector. */
const HOST_SETTINGS = [
  'APPLICATIONINSIGHTS_CONNECTION_STRING',
  'APPLICATIONINSIGHTS_AUTHENTICATION_STRING',
  'AzureWebJobsStorage__accountName',
];
/** Connection strings and secrets are for the local host; on Azure the identity and the vault stand in. */
const SECRETS = ['GOTO_CLIENT_SECRET', 'GOTO_PERSONAL_ACCESS_TOKEN', 'GOTO_REFRESH_TOKEN'];
const NOT_ON_AZURE = new Set([
  'AzureWebJobsStorage',
  'ServiceBusConnection',
  ...SECRETS,
  // The platform sets them.
  'WEBSITE_HOSTNAME',
  'WEBSITE_AUTH_ENABLED',
  ...SETTING_NAMES.filter((name) => name.startsWith('TableStorage')),
]);

test('there is a snapshot of each environment', () => {
  expect(ENVIRONMENTS).toEqual(['easy-auth', 'private', 'production', 'smallest']);
});

describe.each(each)('%s', (_name, snapshot) => {
  test('each setting that the code reads is set in main.bicep, and none that nobody knows (npm run infra -- --update)', () => {
    expect([...snapshot.settings.keys()].sort()).toEqual(
      [...HOST_SETTINGS, ...SETTING_NAMES.filter((name) => !NOT_ON_AZURE.has(name))].sort(),
    );
  });

  test('the code takes the settings as they are', () => {
    // What Azure says only at deployment, in the form it has then.
    const atDeployment: Readonly<Record<string, string>> = {
      AzureWebJobsStorage__blobServiceUri: 'https://x.blob.core.windows.net/',
      AzureWebJobsStorage__queueServiceUri: 'https://x.queue.core.windows.net/',
      AzureWebJobsStorage__tableServiceUri: 'https://x.table.core.windows.net/',
      AzureWebJobsStorage__clientId: 'b3b6a3a0-5a52-4e3f-9a8e-2f4d1c6b7a10',
      ServiceBusConnection__clientId: 'b3b6a3a0-5a52-4e3f-9a8e-2f4d1c6b7a10',
      AZURE_CLIENT_ID: 'b3b6a3a0-5a52-4e3f-9a8e-2f4d1c6b7a10',
      ServiceBusConnection__fullyQualifiedNamespace: 'x.servicebus.windows.net',
      KEY_VAULT_URI: 'https://x.vault.azure.net/',
      WEBSITE_AUTH_ENABLED: 'True',
    };
    const environment = Object.fromEntries([
      ...Object.entries(atDeployment),
      ...[...snapshot.settings].filter(([, value]) => !value.startsWith('[')),
    ]);
    expect(() => readSettings(environment)).not.toThrow();
  });

  test('no setting is a secret, a reference to one, a key or a connection string with one', () => {
    for (const [name, value] of snapshot.settings) {
      expect([name, value]).not.toEqual([
        name,
        expect.stringMatching(/AccountKey=|SharedAccessKey=|@Microsoft\.KeyVault\(/),
      ]);
    }
    expect(JSON.stringify(snapshot.resources)).not.toMatch(/listKeys|listAccountSas|listServiceSas|listSecrets/i);
  });

  test('keys and passwords open nothing', () => {
    expect(snapshot.the('Microsoft.Storage/storageAccounts').properties).toMatchObject({
      allowSharedKeyAccess: false,
      allowBlobPublicAccess: false,
      allowCrossTenantReplication: false,
      minimumTlsVersion: 'TLS1_2',
      supportsHttpsTrafficOnly: true,
    });
    expect(snapshot.the('Microsoft.Storage/storageAccounts/blobServices/containers').properties).toMatchObject({
      publicAccess: 'None',
    });
    expect(snapshot.the('Microsoft.ServiceBus/namespaces').properties).toMatchObject({
      disableLocalAuth: true,
      minimumTlsVersion: '1.2',
    });
    expect(snapshot.the('Microsoft.KeyVault/vaults').properties).toMatchObject({
      enableRbacAuthorization: true,
      enableSoftDelete: true,
    });
    expect(snapshot.the('Microsoft.Insights/components').properties).toMatchObject({ DisableLocalAuth: true });
    expect(snapshot.the('Microsoft.Web/sites').properties).toMatchObject({
      httpsOnly: true,
      siteConfig: { minTlsVersion: '1.2', ftpsState: 'Disabled' },
    });
    expect(snapshot.of('Microsoft.Web/sites/basicPublishingCredentialsPolicies').map((one) => one.properties)).toEqual([
      { allow: false },
      { allow: false },
    ]);
  });

  test('a secret is written only when it is given', () => {
    const secrets = snapshot.of('Microsoft.KeyVault/vaults/secrets');
    expect(secrets.map((one) => [one.name.split('/')[1], one.condition])).toEqual([
      ['goto-client-secret', "[not(empty(parameters('gotoClientSecret')))]"],
      ['goto-personal-access-token', "[not(empty(parameters('gotoPersonalAccessToken')))]"],
      ['goto-first-refresh-token', "[not(empty(parameters('gotoRefreshToken')))]"],
    ]);
  });

  test('the queues are those that the embedded broker of the tests declares', () => {
    const declared = JSON.parse(readFileSync(join(INFRA, 'queues.json'), 'utf8')) as Record<string, unknown>;
    const queues = snapshot.of('Microsoft.ServiceBus/namespaces/queues');
    expect(Object.fromEntries(queues.map((one) => [one.name.split('/')[1], one.properties]))).toEqual(declared);
  });

  test('the identity has these rights, at these scopes, and no other', () => {
    const queues = Object.keys(JSON.parse(readFileSync(join(INFRA, 'queues.json'), 'utf8')) as object);
    const rights = snapshot.of('Microsoft.Authorization/roleAssignments').map((one) => {
      const role = /[0-9a-f-]{36}/.exec(
        String(one.properties['roleDefinitionId']).split('roleDefinitions').at(-1) ?? '',
      );
      const scope = one.id.split('/providers/').at(-2) ?? '';
      const [type, ...names] = scope.replace(/^Microsoft\.[A-Za-z]+\//, '').split('/');
      const queue = names[1] === 'queues' ? `/${names[2] ?? ''}` : '';
      return `${type ?? ''}${queue}: ${role?.[0] ?? ''}`;
    });
    expect(rights.sort()).toEqual(
      [
        // Monitoring Metrics Publisher: the host's telemetry.
        'components: 3913510d-42f4-4e42-8a64-420c390055eb',
        // Storage Blob Data Owner: the host's leases and keys, the package. Storage Table Data Contributor: the tables.
        'storageAccounts: b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
        'storageAccounts: 0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3',
        // Key Vault Secrets Officer: a replaced refresh token is stored.
        'vaults: b86a8fe4-44ce-4948-aee5-eccb2c155cd7',
        // Service Bus Data Owner, on each queue alone: the scale controller needs Manage.
        ...queues.map((queue) => `namespaces/${queue}: 090c5cfd-751d-490a-894a-3ce6f1109419`),
      ].sort(),
    );
  });

  test('the names of the assignments are known before anything is deployed', () => {
    for (const { name } of snapshot.of('Microsoft.Authorization/roleAssignments'))
      expect(name).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('names keep to Azure’s limits', () => {
    const limits: readonly (readonly [string, RegExp])[] = [
      ['Microsoft.Storage/storageAccounts', /^[a-z0-9]{3,24}$/],
      ['Microsoft.KeyVault/vaults', /^(?=.{3,24}$)[a-z](?:-?[a-z0-9])*$/],
      ['Microsoft.ServiceBus/namespaces', /^(?=.{6,50}$)[a-z](?:-?[a-z0-9])*$/],
      // The host's id is cut at 32: two apps whose names begin alike would share it.
      ['Microsoft.Web/sites', /^(?=.{2,32}$)[a-z](?:-?[a-z0-9])*$/],
    ];
    for (const [type, limit] of limits) expect(snapshot.the(type).name).toMatch(limit);
  });

  test('what is deleted by mistake can be had back, and who deleted or read what stands in the workspace', () => {
    const kept = { enabled: true, days: 14 };
    expect(snapshot.the('Microsoft.Storage/storageAccounts/blobServices').properties).toEqual({
      deleteRetentionPolicy: kept,
      containerDeleteRetentionPolicy: kept,
    });
    expect(snapshot.the('Microsoft.KeyVault/vaults').properties).toMatchObject({ softDeleteRetentionInDays: 90 });
    expect(
      snapshot
        .of('Microsoft.Insights/diagnosticSettings')
        .map(({ name, properties }) => [name, properties['logs']])
        .sort(),
    ).toEqual([
      ['audit', [{ category: 'AuditEvent', enabled: true }]],
      ['deletions', [{ category: 'StorageDelete', enabled: true }]],
      ['operations', [{ category: 'OperationalLogs', enabled: true }]],
    ]);
  });

  test('a flood of logs has a cap, and calls of an instance a number that Flex Consumption reads', () => {
    expect(snapshot.the('Microsoft.OperationalInsights/workspaces').properties).toMatchObject({
      workspaceCapping: { dailyQuotaGb: 1 },
    });
    expect(snapshot.the('Microsoft.Web/sites').properties['functionAppConfig']).toMatchObject({
      scaleAndConcurrency: { triggers: { http: { perInstanceConcurrency: 16 } } },
    });
  });

  test('the runtime stands in functionAppConfig, and the package is fetched with the identity', () => {
    expect(snapshot.the('Microsoft.Web/sites').properties['functionAppConfig']).toMatchObject({
      runtime: { name: 'node', version: '24' },
      deployment: { storage: { type: 'blobContainer', authentication: { type: 'UserAssignedIdentity' } } },
    });
    for (const name of snapshot.settings.keys()) expect(name).not.toMatch(/^(FUNCTIONS_WORKER_RUNTIME|WEBSITE_)/);
  });
});

describe('what the environments differ in', () => {
  const named = (name: string): Snapshot => new Snapshot(name);

  test('private: storage, vault and Service Bus answer on private endpoints alone, and the app is in the network', () => {
    const snapshot = named('private');
    for (const type of [
      'Microsoft.Storage/storageAccounts',
      'Microsoft.KeyVault/vaults',
      'Microsoft.ServiceBus/namespaces',
    ])
      expect(snapshot.the(type).properties).toMatchObject({ publicNetworkAccess: 'Disabled' });
    expect(snapshot.the('Microsoft.ServiceBus/namespaces').sku).toMatchObject({ name: 'Premium' });
    const endpoints = snapshot.of('Microsoft.Network/privateEndpoints').map((one) => one.name.split('-').at(-1));
    expect(endpoints.sort()).toEqual(['blob', 'namespace', 'queue', 'table', 'vault']);
    expect(snapshot.the('Microsoft.Web/sites').properties['virtualNetworkSubnetId']).toEqual(
      expect.stringMatching(/appSubnetId/),
    );
    for (const other of ['smallest', 'production'])
      expect(named(other).of('Microsoft.Network/privateEndpoints')).toEqual([]);
  });

  test('private: the network can be switched on later, as the other tier of Service Bus is another namespace', () => {
    const nameIn = (environment: string): string => named(environment).the('Microsoft.ServiceBus/namespaces').name;
    expect(nameIn('private')).not.toBe(nameIn('smallest'));
    expect(nameIn('production')).toBe(nameIn('smallest'));
  });

  test('easy-auth: everything but health and the page’s shell wants a sign-in', () => {
    expect(named('easy-auth').the('Microsoft.Web/sites/config').properties).toMatchObject({
      globalValidation: {
        requireAuthentication: true,
        unauthenticatedClientAction: 'Return401',
        excludedPaths: ['/api/health', '/api/dashboard', '/api/dashboard/*', '/api/connection/callback'],
      },
    });
    expect(named('easy-auth').settings.get('SIGN_IN_WITH_ENTRA')).toBe('True');
    expect(named('smallest').settings.get('SIGN_IN_WITH_ENTRA')).toBe('False');
    expect(named('smallest').of('Microsoft.Web/sites/config')).toEqual([]);
  });

  test('production: the log outlives a zone and a careless hand, somebody is told', () => {
    const snapshot = named('production');
    expect(snapshot.the('Microsoft.Storage/storageAccounts').sku).toMatchObject({ name: 'Standard_ZRS' });
    expect(snapshot.the('Microsoft.Authorization/locks').properties).toMatchObject({ level: 'CanNotDelete' });
    expect(snapshot.the('Microsoft.KeyVault/vaults').properties).toMatchObject({ enablePurgeProtection: true });
    expect(snapshot.the('Microsoft.Insights/actionGroups').properties).toMatchObject({
      emailReceivers: [{ emailAddress: 'identity-operations@contoso.example' }],
    });
  });
});
