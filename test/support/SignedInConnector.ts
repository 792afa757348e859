/** A hosted connector that people sign in to, with App Service authentication in front as the template configures it. */
import { z } from 'zod';
import { EasyAuth } from '../../local/azure/easy-auth/EasyAuth';
import { Snapshot } from '../infra/Snapshot';
import { HostedConnector } from './HostedConnector';

const authSettings = z.object({ globalValidation: z.object({ excludedPaths: z.array(z.string()) }) });

export class SignedInConnector {
  private constructor(
    readonly connector: HostedConnector,
    /** Of the host itself, which Azure shows to nobody. */
    readonly hostOrigin: string,
    readonly easyAuth: EasyAuth,
  ) {}

  static async start(): Promise<SignedInConnector> {
    const connector = await HostedConnector.create();
    const { origin } = await connector.start({ SIGN_IN_WITH_ENTRA: 'true', WEBSITE_AUTH_ENABLED: 'True' });
    const deployed = new Snapshot('easy-auth').the('Microsoft.Web/sites/config').properties;
    const { excludedPaths } = authSettings.parse(deployed).globalValidation;
    return new SignedInConnector(connector, origin, await EasyAuth.start({ target: origin, excludedPaths }));
  }

  /** Object id of somebody who is to have an account. */
  get somebody(): string {
    return [...this.connector.stack.world.directory.entitledIds()].sort()[0] ?? '';
  }

  async stop(): Promise<void> {
    await this.easyAuth.stop();
    await this.connector.stop();
  }
}
