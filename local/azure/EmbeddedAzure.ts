/** Of Azure what the connector needs, in this process: Service Bus, storage, Key Vault and a managed identity. */
import { join } from 'node:path';
import type { StackClock } from '../clock/StackClock';
import { startAzurite, type AzuriteWatch } from './azurite/startAzurite';
import { takeFolder } from './heldFolder';
import { IdentityEndpoint, type RealIdentity } from './identity/IdentityEndpoint';
import { KeyVault } from './key-vault/KeyVault';
import { Broker } from './service-bus/Broker';
import { declaredQueues } from './service-bus/QueueConfig';

type Part = 'serviceBus' | 'storage' | 'identity' | 'keyVault';

export interface EmbeddedAzureOptions {
  readonly clock: StackClock;
  /** Parts that run elsewhere: they are not started, and the environment does not name them. */
  readonly elsewhere?: readonly Part[];
  /** The connection string of a storage account that is there already. */
  readonly storage?: string;
  /** A folder that keeps tables, blobs, queues and secrets, however this process ends; without one they are forgotten. */
  readonly keptIn?: string;
  /** Of the storage that is started. */
  readonly watchStorage?: AzuriteWatch;
  /** One that runs already: @azure/identity remembers the first address it saw in a process. */
  readonly identity?: IdentityEndpoint;
  /** Of a stack whose Entra, or parts of whose Azure, are real: whose tokens the managed identity gives for them. */
  readonly realIdentity?: RealIdentity;
}

export class EmbeddedAzure {
  readonly #stops: (() => void | Promise<void>)[] = [];
  #broker: Broker | undefined;
  #identity: IdentityEndpoint | undefined;
  #keyVault: KeyVault | undefined;
  #storage: string | undefined;

  private constructor() {}

  /** Starts all parts, or none: what has started is stopped when another part does not. */
  static async start(options: EmbeddedAzureOptions): Promise<EmbeddedAzure> {
    const azure = new EmbeddedAzure();
    try {
      await azure.#start(options);
    } catch (error) {
      await azure.stop();
      throw error;
    }
    return azure;
  }

  async #start({ clock, elsewhere = [], keptIn, ...given }: EmbeddedAzureOptions): Promise<void> {
    if (keptIn !== undefined) this.#stops.push(await ownFolder(keptIn));
    this.#storage = given.storage;
    if (this.#storage === undefined && !elsewhere.includes('storage')) {
      const folder = keptIn === undefined ? undefined : join(keptIn, 'azurite');
      const azurite = await startAzurite({ folder, watch: given.watchStorage });
      this.#stops.push(() => azurite.stop());
      this.#storage = azurite.connectionString();
    }
    this.#identity = given.identity;
    if (this.#identity === undefined && !elsewhere.includes('identity')) {
      const identity = await new IdentityEndpoint(clock, given.realIdentity).start();
      this.#stops.push(() => identity.stop());
      this.#identity = identity;
    }
    if (!elsewhere.includes('keyVault')) {
      const secrets = keptIn === undefined ? undefined : join(keptIn, 'secrets');
      const keyVault = await new KeyVault(clock, secrets, this.#identity).start();
      this.#stops.push(() => keyVault.stop());
      this.#keyVault = keyVault;
    }
    if (!elsewhere.includes('serviceBus')) {
      const broker = await Broker.start({
        queues: declaredQueues,
        clock,
        keptIn: keptIn === undefined ? undefined : join(keptIn, 'queues'),
      });
      this.#stops.push(() => broker.stop());
      this.#broker = broker;
    }
  }

  get broker(): Broker {
    return here(this.#broker, 'Service Bus');
  }

  get identity(): IdentityEndpoint {
    return here(this.#identity, 'managed identity');
  }

  get keyVault(): KeyVault {
    return here(this.#keyVault, 'Key Vault');
  }

  /** The connection string of the storage account. */
  get storage(): string {
    return here(this.#storage, 'storage');
  }

  /** The settings of an app that lives on it: only of the parts that are here. */
  get environment(): Readonly<Record<string, string>> {
    return {
      ...this.#identity?.environment,
      ...this.#keyVault?.environment,
      ...(this.#storage === undefined ? {} : { AzureWebJobsStorage: this.#storage }),
      ...(this.#broker === undefined ? {} : { ServiceBusConnection: this.#broker.connectionString }),
    };
  }

  /** Stops what it started, the last first. */
  async stop(): Promise<void> {
    for (let stop = this.#stops.pop(); stop !== undefined; stop = this.#stops.pop()) await stop();
  }
}

/** @throws Error when another process works with the same state */
async function ownFolder(folder: string): Promise<() => void> {
  const letGo = await takeFolder(folder, 'host');
  if (letGo === undefined)
    throw new Error(`Another host works with the state in ${folder}. Stop it, or set DATA_FOLDER to another folder.`);
  return letGo;
}

function here<T>(part: T | undefined, name: string): T {
  if (part === undefined) throw new RangeError(`The ${name} of this run is elsewhere.`);
  return part;
}
