/** `npm run host`: the Functions host with embedded Service Bus, Azurite and Key Vault, but your own Entra and GoTo. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import pc from 'picocolors';
import { z } from 'zod';
import { EmbeddedAzure } from '../azure/EmbeddedAzure';
import { realClock } from '../clock/StackClock';
import { FunctionsHost } from '../azure/functions-host/FunctionsHost';
import { formatLogLine } from '../azure/functions-host/log';
import { functionKey } from '../stack/functionKey';
import { explainStartError, functionsPort } from '../stack/functionsPort';
import { stopOnSignal } from '../stack/stopOnSignal';

const localSettings = z.object({ Values: z.record(z.string(), z.string()).default({}) });

/** local.settings.json as `func` reads it; the environment wins. @throws Error for a file that is not valid */
function settingsFrom(directory: string): Record<string, string | undefined> {
  let text: string;
  try {
    text = readFileSync(join(directory, 'local.settings.json'), 'utf8');
  } catch {
    return { ...process.env };
  }
  const parsed = localSettings.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error('local.settings.json is not valid: "Values" must be an object of texts.');
  return { ...parsed.data.Values, ...process.env };
}

async function main(): Promise<void> {
  const directory = process.cwd();
  const given = settingsFrom(directory);
  const isSet = (name: string): boolean => (given[name] ?? '') !== '';
  const port = functionsPort(given['FUNCTIONS_PORT']);
  const dataFolder = resolve(given['DATA_FOLDER'] ?? '.data');
  const elsewhere = [
    ...(isSet('ServiceBusConnection') || isSet('ServiceBusConnection__fullyQualifiedNamespace')
      ? (['serviceBus'] as const)
      : []),
    ...(isSet('AzureWebJobsStorage') || isSet('AzureWebJobsStorage__tableServiceUri') ? (['storage'] as const) : []),
    ...(isSet('IDENTITY_ENDPOINT') ? (['identity'] as const) : []),
    ...(isSet('KEY_VAULT_URI') ? (['keyVault'] as const) : []),
  ];
  const azure = await EmbeddedAzure.start({ clock: realClock, elsewhere });
  try {
    const host = await FunctionsHost.start({
      appDirectory: directory,
      environment: {
        SYNC_SCHEDULE: '0 */5 * * * *',
        FULL_SYNC_SCHEDULE: '0 0 2 * * *',
        ...given,
        ...azure.environment,
      },
      functionKey: functionKey(dataFolder, given['FUNCTION_KEY']),
      port,
      timerStatusFile: join(dataFolder, 'timers.json'),
      onLog: (line) => console.log(formatLogLine(line, new Date())),
    });
    console.log(
      `${pc.green('●')} Functions host ${host.origin} ${pc.dim(`key in ${join(dataFolder, 'function-key')}`)}`,
    );
    stopOnSignal(async () => {
      await host.stop();
      await azure.stop();
    });
  } catch (error) {
    await azure.stop();
    throw new Error(explainStartError(error, port), { cause: error });
  }
}

main().catch((error: unknown) => {
  console.error(`\n${pc.red(error instanceof Error ? error.message : String(error))}`);
  process.exit(1);
});
