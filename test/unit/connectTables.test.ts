import { readSettings } from '../../shared/settings/Settings';
import { connectTables } from '../../shared/store/connectTables';

const rest = {
  ServiceBusConnection: 'Endpoint=sb://x;SharedAccessKeyName=a;SharedAccessKey=b',
  ENTRA_APP_ID: '0f6a2e1c-93b8-4b0e-8a3b-5b5f0c7d1a22',
  GOTO_ACCOUNT_KEY: '2000000000000000202',
  ROLE_ENTITLEMENTS: '{"User":{"licenseKeys":["4000000000000000404"]}}',
};
const keyed = (account: string): string =>
  `DefaultEndpointsProtocol=https;AccountName=${account};AccountKey=a2V5;EndpointSuffix=core.windows.net`;
const byIdentity = (account: string): string => `https://${account}.table.core.windows.net`;

/** Where a table lies, and whether the identity opens it. */
function placeOf(settings: Readonly<Record<string, string>>): string {
  let identity = 'the key';
  const open = connectTables(readSettings({ ...rest, ...settings }), () => {
    identity = 'the identity';
    return { getToken: () => Promise.resolve(null) };
  });
  return `${new URL(open('People').url).host.split('.')[0] ?? ''}, ${identity}`;
}

test.each<readonly [string, Readonly<Record<string, string>>, string]>([
  ['the host’s storage', { AzureWebJobsStorage: keyed('host') }, 'host, the key'],
  ['the host’s, by identity', { AzureWebJobsStorage__tableServiceUri: byIdentity('host') }, 'host, the identity'],
  [
    'a connection string that a deployment tool put back',
    { AzureWebJobsStorage: keyed('injected'), AzureWebJobsStorage__tableServiceUri: byIdentity('host') },
    'host, the identity',
  ],
  [
    'an account of its own',
    { TableStorage: keyed('own'), AzureWebJobsStorage__tableServiceUri: byIdentity('host') },
    'own, the key',
  ],
  [
    'an account of its own, by identity',
    { TableStorage__tableServiceUri: byIdentity('own'), AzureWebJobsStorage: keyed('host') },
    'own, the identity',
  ],
])('tables lie where the settings say: %s', (_what, settings, place) => {
  expect(placeOf(settings)).toBe(place);
});
