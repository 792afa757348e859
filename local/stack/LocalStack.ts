/** The whole stack in one place: embedded Azure, the simulated Entra and the simulated GoTo. */
import type { AzuriteWatch } from '../azure/azurite/startAzurite';
import { EmbeddedAzure } from '../azure/EmbeddedAzure';
import type { IdentityEndpoint } from '../azure/identity/IdentityEndpoint';
import type { Broker } from '../azure/service-bus/Broker';
import { realClock, type StackClock } from '../clock/StackClock';
import { EntraSimulator } from '../simulators/entra/EntraSimulator';
import { ACCOUNT_KEY, MEETING_LICENSE, WEBINAR_LICENSE } from '../simulators/goto/GotoSimulator';
import type { World } from '../simulators/world/buildWorld';

export interface LocalStackOptions {
  readonly world: World;
  readonly clock?: StackClock;
  /** As in EmbeddedAzure. */
  readonly storage?: string;
  readonly watchStorage?: AzuriteWatch;
  readonly identity?: IdentityEndpoint;
}

export class LocalStack {
  private constructor(
    readonly world: World,
    readonly azure: EmbeddedAzure,
    readonly entra: EntraSimulator,
  ) {}

  static async start({ world, clock = realClock, ...azure }: LocalStackOptions): Promise<LocalStack> {
    const embedded = await EmbeddedAzure.start({ clock, ...azure });
    const entra = await new EntraSimulator(world.directory, clock).start();
    await world.goto.start();
    return new LocalStack(world, embedded, entra);
  }

  get broker(): Broker {
    return this.azure.broker;
  }

  get identity(): IdentityEndpoint {
    return this.azure.identity;
  }

  get storage(): string {
    return this.azure.storage;
  }

  /** The settings of a connector that works on this stack. */
  get environment(): Readonly<Record<string, string>> {
    const { goto, directory } = this.world;
    return {
      ...this.azure.environment,
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
    await Promise.all([this.entra.stop(), this.world.goto.stop()]);
    await this.azure.stop();
  }
}
