/**
 * The worker process: loads the function app as Azure's Node worker does and runs its invocations. The library
 * @azure/functions is the real one; only the module it asks the worker for is supplied here (local-stack.md 3).
 */
import { readFileSync } from 'node:fs';
import Module from 'node:module';
import { join } from 'node:path';
import type { FromWorker, FunctionMetadata, HttpData, Invocation, ToWorker } from './protocol';

type Handler = (...inputs: unknown[]) => unknown;
type HookName = 'appStart' | 'appTerminate' | 'preInvocation' | 'postInvocation' | 'log';
type Hook = (context: Record<string, unknown>) => unknown;

interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], handler: Handler): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<{ returnValue?: { http?: HttpData } | null }>;
}
interface ProgrammingModel {
  getInvocationModel(context: object): InvocationModel;
  getCapabilities(capabilities: object): Promise<{ readonly HttpUri?: string }>;
}

const functions = new Map<string, { metadata: FunctionMetadata; handler: Handler }>();
const hooks = new Map<HookName, Hook[]>([
  ['appStart', []],
  ['appTerminate', []],
  ['preInvocation', []],
  ['postInvocation', []],
  ['log', []],
]);
let model: ProgrammingModel | undefined;
let isLoaded = false;

const send = (message: FromWorker): void => void process.send?.(message);

const coreApi = {
  version: '4.0.0-local',
  hostVersion: '4.1000.0-local',
  Disposable: class {
    constructor(readonly dispose: () => void) {}
  },
  registerFunction(metadata: FunctionMetadata, handler: Handler) {
    if (isLoaded) throw new Error('A function can only be registered during app startup.');
    if (functions.has(metadata.name))
      throw new Error(`A function with name "${metadata.name}" has already been registered.`);
    const { name, bindings, retryOptions } = metadata;
    functions.set(name, {
      metadata: { name, bindings, ...(retryOptions === undefined ? {} : { retryOptions }) },
      handler,
    });
    return new coreApi.Disposable(() => functions.delete(metadata.name));
  },
  registerHook(name: HookName, hook: Hook) {
    const own = hooks.get(name);
    if (own === undefined) throw new RangeError(`Unrecognized hook "${name}"`);
    own.push(hook);
    return new coreApi.Disposable(() => own.splice(own.indexOf(hook), 1));
  },
  setProgrammingModel(value: ProgrammingModel) {
    model = value;
  },
  getProgrammingModel: () => model,
  log(level: string, _category: string, message: string) {
    send({ type: 'log', line: { level, category: 'Worker', message } });
  },
};

type Load = (request: string, ...rest: unknown[]) => unknown;
const loader = Module as unknown as { _load: Load };
const originalLoad = loader._load;
loader._load = (request, ...rest) => (request === '@azure/functions-core' ? coreApi : originalLoad(request, ...rest));

async function runHooks(name: HookName, context: Record<string, unknown>): Promise<void> {
  for (const hook of hooks.get(name) ?? []) await hook(context);
}

async function invoke(invocation: Invocation): Promise<HttpData | undefined> {
  const found = functions.get(invocation.functionName);
  if (found === undefined || model === undefined) throw new Error(`No function "${invocation.functionName}".`);
  const { metadata, handler } = found;
  const { id, functionName } = invocation;
  const trigger = Object.entries(metadata.bindings).find(([, binding]) => binding.type.endsWith('Trigger'))?.[0] ?? '';
  const log = (level: string, _category: string, message: string) =>
    send({
      type: 'log',
      line: { level, category: `Function.${functionName}.User`, functionName, invocationId: id, message },
    });
  const own = model.getInvocationModel({
    invocationId: id,
    metadata,
    state: undefined,
    log,
    request: {
      invocationId: id,
      inputData: [{ name: trigger, data: invocation.data }],
      triggerMetadata: invocation.triggerMetadata,
      traceContext: null,
    },
  });
  const { context, inputs } = await own.getArguments();
  const hookData = {};
  const before = { hookData, invocationContext: context, inputs, functionCallback: handler };
  await runHooks('preInvocation', before);
  const after: Record<string, unknown> = {
    hookData,
    invocationContext: context,
    inputs: before.inputs,
    result: null,
    error: null,
  };
  try {
    after['result'] = await own.invokeFunction(context, before.inputs, before.functionCallback);
  } catch (error) {
    after['error'] = error;
  }
  await runHooks('postInvocation', after);
  // `throw undefined` counts as success in the real worker; anything else thrown fails, a string too.
  if (after['error'] !== null && after['error'] !== undefined) throw toError(after['error']);
  return (await own.getResponse(context, after['result'])).returnValue?.http;
}

const toError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

async function start(directory: string): Promise<void> {
  const main = (JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { main: string }).main;
  await originalLoadAsync(join(directory, main));
  isLoaded = true;
  const { HttpUri } = (await model?.getCapabilities({})) ?? {};
  await runHooks('appStart', {});
  send({
    type: 'loaded',
    app: {
      functions: [...functions.values()].map((one) => one.metadata),
      ...(HttpUri === undefined ? {} : { httpUri: HttpUri }),
    },
  });
}

/** CommonJS by require, everything else by import, as the real worker does. */
async function originalLoadAsync(file: string): Promise<void> {
  if (file.endsWith('.mjs')) await import(file);
  else Module.createRequire(__filename)(file);
}

process.on('message', (message: ToWorker) => {
  if (message.type === 'invoke') {
    const { id } = message.invocation;
    invoke(message.invocation).then(
      (http) => send(http === undefined ? { type: 'done', id } : { type: 'done', id, http }),
      (error: unknown) =>
        send({ type: 'failed', id, message: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  } else {
    void runHooks('appTerminate', {}).finally(() => process.disconnect());
  }
});
// Without its host a worker has nobody to serve.
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole group; the host decides when the worker ends.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

start(process.argv[2] ?? process.cwd()).catch((error: unknown) => {
  // The real worker's words (azure-functions-nodejs-worker, loadLegacyFunction and startApp).
  send({
    type: 'failedToLoad',
    message: `The worker was unable to load the entry point: ${error instanceof Error ? error.message : String(error)}`,
  });
});
