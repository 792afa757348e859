import type { TokenCredential } from '@azure/core-auth';
import { TableClient, TableServiceClient } from '@azure/data-tables';
import type { Settings } from '../settings/Settings';

/** Makes the client of one table by its name; nothing is sent yet. */
export type OpenTable = (name: string) => TableClient;

/**
 * Tables lie in the host's storage unless TableStorage… names another account. Plain http is spoken only to the
 * address in the connection string itself, which on Azure is always https.
 */
export function connectTables(
  settings: Settings,
  credentialFor: (clientId: string | undefined) => TokenCredential,
): OpenTable {
  const connectionString =
    settings.TableStorage ?? (settings.TableStorage__tableServiceUri ? undefined : settings.AzureWebJobsStorage);
  if (connectionString !== undefined) {
    const plain = TableServiceClient.fromConnectionString(connectionString, {
      allowInsecureConnection: true,
    }).url.startsWith('http:');
    return (name) => TableClient.fromConnectionString(connectionString, name, { allowInsecureConnection: plain });
  }
  const uri = settings.TableStorage__tableServiceUri ?? settings.AzureWebJobsStorage__tableServiceUri ?? '';
  const credential = credentialFor(
    settings.TableStorage__clientId ?? settings.AzureWebJobsStorage__clientId ?? settings.AZURE_CLIENT_ID,
  );
  return (name) => new TableClient(uri, name, credential);
}
