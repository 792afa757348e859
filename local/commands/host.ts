/**
 * `npm run host`: the Functions host with embedded Service Bus, Azurite and Key Vault, but your own Entra and GoTo.
 * Because those remember, it does too: tables, blobs, queues and secrets are kept in DATA_FOLDER.
 */
import { join } from 'node:path';
import pc from 'picocolors';
import { EmbeddedAzure } from '../azure/EmbeddedAzure';
import { realClock } from '../clock/StackClock';
import { FunctionsHost } from '../azure/functions-host/FunctionsHost';
import { formatLogLine } from '../azure/functions-host/log';
import { SIGN_IN_ADVICE, signedInIdentity } from '../azure/identity/signedInIdentity';
import { dataFolder } from '../stack/dataFolder';
import { functionKey } from '../stack/functionKey';
import { explainStartError, functionsPort } from '../stack/functionsPort';
import { localSettingsOf } from '../stack/localSettings';
import { isStopping, stopOnSignal } from '../stack/stopOnSignal';

async function main(): Promise<void> {
  const directory = process.cwd();
  // As with `func`, the environment wins.
  const given = { ...localSettingsOf(directory), ...process.env };
  const isSet = (name: string): boolean => (given[name] ?? '') !== '';
  // In whichever form Azure knows: what is half set is refused by the settings, in place of being left aside here.
  const isConnected = (name: string): boolean =>
    Object.keys(given).some((one) => (one === name || one.startsWith(`${name}__`)) && isSet(one));
  const port = await functionsPort(given['FUNCTIONS_PORT']);
  const folder = dataFolder(given['DATA_FOLDER']);
  const elsewhere = [
    ...(isConnected('ServiceBusConnection') ? (['serviceBus'] as const) : []),
    ...(isConnected('AzureWebJobsStorage') ? (['storage'] as const) : []),
    ...(isSet('IDENTITY_ENDPOINT') ? (['identity'] as const) : []),
    ...(isSet('KEY_VAULT_URI') ? (['keyVault'] as const) : []),
  ];
  const onStop = stopOnSignal();
  const azure = await EmbeddedAzure.start({
    clock: realClock,
    elsewhere,
    keptIn: folder,
    realIdentity: { credential: signedInIdentity(given), onRefused: onceEach(tellOfRefusal) },
  });
  onStop(() => azure.stop());
  const key = functionKey(folder, given['FUNCTION_KEY']);
  const environment: Readonly<Record<string, string | undefined>> = { ...given, ...azure.environment };
  // The host listens for the triggers itself, as the same identity as its workers.
  for (const name of ['IDENTITY_ENDPOINT', 'IDENTITY_HEADER']) {
    const value = environment[name] ?? '';
    if (value !== '') process.env[name] = value;
  }
  try {
    const host = await FunctionsHost.start({
      appDirectory: directory,
      environment,
      functionKey: key.value,
      port,
      timerStatusFile: join(folder, 'timers.json'),
      onLog: (line) => console.log(formatLogLine(line, new Date())),
    });
    onStop(() => host.stop());
    console.log(
      `${pc.green('●')} Functions host ${host.origin} ${pc.dim(`key ${key.file === undefined ? 'of FUNCTION_KEY' : `in ${key.file}`}, state kept in ${folder}`)}`,
    );
  } catch (error) {
    await azure.stop();
    throw new Error(explainStartError(error, port), { cause: error });
  }
}

const tellOfRefusal = (resource: string, reason: string): void =>
  console.log(`${pc.yellow('!')} There is no token for ${resource}: ${reason} ${SIGN_IN_ADVICE}`);

/** Workers ask again and again. */
function onceEach(tell: (resource: string, reason: string) => void): typeof tell {
  const told = new Set<string>();
  return (resource, reason) => {
    const what = `${resource} ${reason}`;
    if (told.has(what)) return;
    told.add(what);
    tell(resource, reason);
  };
}

main().catch((error: unknown) => {
  if (isStopping()) return;
  console.error(`\n${pc.red(error instanceof Error ? error.message : String(error))}`);
  process.exit(1);
});
