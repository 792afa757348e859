import type { InvocationContext } from '@azure/functions';
import { runInInvocation } from '../shared/telemetry/invocation';

/** Runs the work of an invocation: its events go through the invocation's logger, which ties them to it in Application Insights. */
export const runAs = <T>(context: InvocationContext, work: () => Promise<T>): Promise<T> =>
  runInInvocation(
    {
      invocationId: context.invocationId,
      write: (level, line) => {
        context[level](line);
      },
    },
    work,
  );
