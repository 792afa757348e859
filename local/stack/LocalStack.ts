/** The embedded stack in one place: Service Bus, Azurite, managed identity, and if wanted the simulated Entra and GoTo. */
import { startAzurite, type Azurite, type AzuriteWatch } from '../azure/azurite/startAzurite';
import type { StackClock } from '../clock/StackClock';
import { realClock } from '../clock/StackClock';
import { EntraSimulator } from '../simulators/entra/EntraSimulator';
import { ACCOUNT_KEY, MEETING_LICENSE, WEBINAR_LICENSE } from '../simulators/goto/GotoSimulator';
import { IdentityEndpoint } from '../azure/identity/IdentityEndpoint';
import { Broker } from '../azure/service-bus/Broker';
import { declaredQueues } from '../azure/service-bus/QueueConfig';
import type { World } from '../simulators/world/buildWorld';

export interface LocalStackOptions {
  readonly world: World;
  readonly clock?: StackClock;
  /** A storage account of an Azurite that runs already. */
  readonly storage?: string;
  /** Of the storage that this stack starts. */
  readonly watchStorage?: AzuriteWatch;
  /** One that runs already: @azure/identity remembers the first address it saw in a process. */
  readonly identity?: IdentityEndpoint;
}

export class LocalStack {
  private constructor(
    readonly world: World,
    readonly entra: EntraSimulator,
    readonly identity: IdentityEndpoint,
    readonly broker: Broker,
    readonly storage: string,
    private readonly azurite: Azurite | undefined,
    private readonly ownsIdentity: boolean,
  ) {}

  static async start(options: LocalStackOptions): Promise<LocalStack> {
    const { world, clock = realClock, storage, identity: shared, watchStorage } = options;
    const azurite = storage === undefined ? await startAzurite(undefined, watchStorage) : undefined;
    const entra = await new EntraSimulator(world.directory, clock).start();
    await world.goto.start();
    const identity = shared ?? (await new IdentityEndpoint(clock).start());
    const broker = await Broker.start({ queues: declaredQueues, clock });
    return new LocalStack(
      world,
      entra,
      identity,
      broker,
      storage ?? azurite?.connectionString() ?? '',
      azurite,
      shared === undefined,
    );
  }

  /** The settings of a connector that works on this stack. */
  get environment(): Readonly<Record<string, string>> {
    const { goto, directory } = this.world;
    return {
      ...this.identity.environment,
      AzureWebJobsStorage: this.storage,
      ServiceBusConnection: this.broker.connectionString,
      ENTRA_APP_ID: directory.app.appId,
      GRAPH_ENDPOINT: this.entra.origin,
      GOTO_ACCOUNT_KEY: ACCOUNT_KEY,
      GOTO_API_ENDPOINT: goto.origin,
      GOTO_AUTH_ENDPOINT: goto.origin,
      GOTO_CLIENT_ID: goto.clientId,
      GOTO_CLIENT_SECRET: goto.clientSecret,
      GOTO_PERSONAL_ACCESS_TOKEN: goto.personalAccessToken,
      ROLE_ENTITLEMENTS: JSON.stringify({
        User: { licenseKeys: [MEETING_LICENSE] },
        webinar: { licenseKeys: [WEBINAR_LICENSE] },
      }),
    };
  }

  async stop(): Promise<void> {
    await this.broker.stop();
    await Promise.all([
      this.entra.stop(),
      this.world.goto.stop(),
      this.ownsIdentity ? this.identity.stop() : undefined,
    ]);
    await this.azurite?.stop();
  }
}
