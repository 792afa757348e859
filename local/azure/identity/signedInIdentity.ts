import type { TokenCredential } from '@azure/core-auth';
import {
  AzureCliCredential,
  AzureDeveloperCliCredential,
  AzurePowerShellCredential,
  ChainedTokenCredential,
  ClientSecretCredential,
} from '@azure/identity';

/** How to become somebody, for whoever is nobody. */
export const SIGN_IN_ADVICE =
  'Sign in with "az login", "azd auth login" or "Connect-AzAccount", or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET of an application.';

/**
 * Whom a host on this machine acts as in Azure and Entra: the application that the settings name, else whoever is signed in
 * here. Never the managed identity: that asks here.
 */
export function signedInIdentity(environment: Readonly<Record<string, string | undefined>>): TokenCredential {
  const [tenantId = '', clientId = '', secret = ''] = ['AZURE_TENANT_ID', 'AZURE_CLIENT_ID', 'AZURE_CLIENT_SECRET'].map(
    (name) => environment[name],
  );
  if (tenantId !== '' && clientId !== '' && secret !== '')
    return new ClientSecretCredential(tenantId, clientId, secret);
  const options = tenantId === '' ? {} : { tenantId };
  return new ChainedTokenCredential(
    new AzureCliCredential(options),
    new AzureDeveloperCliCredential(options),
    new AzurePowerShellCredential(options),
  );
}
