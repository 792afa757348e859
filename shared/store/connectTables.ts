import type { TokenCredential } from '@azure/core-auth';
import { TableClient, TableServiceClient } from '@azure/data-tables';
import type { Settings } from '../settings/Settings';

/** Makes the client of one table by its name; nothing is sent yet. */
export type OpenTable = (name: string) => TableClient;

/**
 * Tables lie in the host's storage unless TableStorage… names another account. Of an account that is named twice the
 * address with the identity counts: deployment tools put AzureWebJobsStorage back beside it (Azure/azure-functions-host#11796),
 * and the account takes no keys. Plain http is spoken only to the address in the connection string itself, which on Azure
 * is always https.
 */
export function connectTables(
  settings: Settings,
  credentialFor: (clientId: string | undefined) => TokenCredential,
): OpenTable {
  const isOwn = Boolean(settings.TableStorage__tableServiceUri ?? settings.TableStorage);
  const [uri, connectionString] = isOwn
    ? [settings.TableStorage__tableServiceUri, settings.TableStorage]
    : [settings.AzureWebJobsStorage__tableServiceUri, settings.AzureWebJobsStorage];
  if (uri === undefined && connectionString !== undefined) {
    const plain = TableServiceClient.fromConnectionString(connectionString, {
      allowInsecureConnection: true,
    }).url.startsWith('http:');
    return (name) => TableClient.fromConnectionString(connectionString, name, { allowInsecureConnection: plain });
  }
  const credential = credentialFor(
    settings.TableStorage__clientId ?? settings.AzureWebJobsStorage__clientId ?? settings.AZURE_CLIENT_ID,
  );
  return (name) => new TableClient(uri ?? '', name, credential);
}
