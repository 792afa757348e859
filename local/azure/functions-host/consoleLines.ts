import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { HostLog } from './log';

/**
 * What a worker writes to its console is logged line by line in a category of its own: all of stdout as information, of
 * stderr what its words say (azure-functions-host, WorkerProcess.ParseErrorMessageAndLog; azure-functions-host #8273).
 */
export function consoleLines({ stdout, stderr }: ChildProcess, onLog: HostLog): void {
  const log = (level: string, message: string): void => {
    if (message !== '') onLog({ level, category: 'Host.Function.Console', message });
  };
  if (stdout !== null) createInterface({ input: stdout }).on('line', (line) => log('information', line));
  if (stderr !== null) createInterface({ input: stderr }).on('line', (line) => log(levelOf(line), line));
}

function levelOf(line: string): string {
  if (/warn/i.test(line)) return 'warning';
  return /error|fail|severe/i.test(line) ? 'error' : 'information';
}
