import type { LoadedApp } from './protocol';

const TRIGGERS = ['httpTrigger', 'timerTrigger', 'serviceBusTrigger'];

/**
 * What this host does not do is refused at the start instead of being left out quietly: a change that needs it would seem
 * to work here and do something else on Azure.
 * @throws Error that names the function and what it asks for
 */
export function refuseUnsupported({ functions }: LoadedApp): void {
  const problems: string[] = [];
  for (const { name, bindings, retryOptions } of functions) {
    const refuse = (what: string): void => void problems.push(`${name} has ${what}`);
    if (retryOptions !== undefined) refuse('a retry policy');
    for (const { type, direction, ...binding } of Object.values(bindings)) {
      if (direction === 'out' && type === 'http') continue;
      if (!TRIGGERS.includes(type)) refuse(direction === 'out' ? `the output binding ${type}` : `the binding ${type}`);
      else if (type === 'serviceBusTrigger' && binding['topicName'] !== undefined) refuse('a topic');
    }
  }
  if (problems.length > 0)
    throw new Error(
      `The local host serves HTTP, timers and Service Bus queues, and nothing else of Azure Functions: ${problems.join('; ')}.`,
    );
}
