import type { TokenCredential } from '@azure/core-auth';
import { DefaultAzureCredential, ManagedIdentityCredential } from '@azure/identity';
import { ServiceBusClient, type ServiceBusClientOptions } from '@azure/service-bus';
import { resolveSetting } from './resolveSetting';

type Environment = Readonly<Record<string, string | undefined>>;

/** @returns what opens a client of the connection that a trigger names */
export type OpenServiceBus = (options: ServiceBusClientOptions) => ServiceBusClient;

/**
 * A connection by name: `<name>` is a connection string; `<name>__fullyQualifiedNamespace` goes with an identity: the
 * managed one of `<name>__clientId` when `<name>__credential` asks for it, else whoever is signed in on this machine.
 * @throws Error naming the setting that is missing
 */
export function serviceBusConnection(name: string, environment: Environment): OpenServiceBus {
  const namespace = environment[`${name}__fullyQualifiedNamespace`] ?? '';
  if ((environment[name] ?? '') === '' && namespace !== '') {
    const credential = credentialOf(name, environment);
    return (options) => new ServiceBusClient(namespace, credential, options);
  }
  const connectionString = resolveSetting(`%${name}%`, environment);
  return (options) => new ServiceBusClient(connectionString, options);
}

function credentialOf(name: string, environment: Environment): TokenCredential {
  if (environment[`${name}__credential`] !== 'managedidentity') return new DefaultAzureCredential();
  const clientId = environment[`${name}__clientId`];
  return clientId === undefined ? new ManagedIdentityCredential() : new ManagedIdentityCredential({ clientId });
}
