import type { InvocationContext } from '@azure/functions';
import type { Engine } from '../shared/sync/Engine';
import { createTelemetry } from '../shared/telemetry/Telemetry';

/** The engine with its events written through the invocation's logger, which ties them to it in Application Insights. */
export const inInvocation = (engine: Engine, context: InvocationContext): Engine => ({
  ...engine,
  telemetry: createTelemetry((level, line) => {
    context[level](line);
  }),
});
