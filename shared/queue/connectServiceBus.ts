import type { TokenCredential } from '@azure/core-auth';
import { ServiceBusClient, type ServiceBusClientOptions } from '@azure/service-bus';
import type { Settings } from '../settings/Settings';

/** The namespace of the settings, by connection string or by identity. Nothing is sent yet. */
export const connectServiceBus = (
  settings: Settings,
  credentialFor: (clientId: string | undefined) => TokenCredential,
  options: ServiceBusClientOptions = {},
): ServiceBusClient =>
  settings.ServiceBusConnection !== undefined
    ? new ServiceBusClient(settings.ServiceBusConnection, options)
    : new ServiceBusClient(
        settings.ServiceBusConnection__fullyQualifiedNamespace ?? '',
        credentialFor(settings.ServiceBusConnection__clientId ?? settings.AZURE_CLIENT_ID),
        options,
      );
