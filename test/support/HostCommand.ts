/** `npm run host` as a process of its own, whose state lies in a folder and whose Entra and GoTo are the test's. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { LocalStack } from '../../local/stack/LocalStack';

const ROOT = join(__dirname, '../..');
export const KEY = 'host-key';

export class HostCommand {
  private constructor(
    readonly origin: string,
    private readonly process: ChildProcess,
    readonly output: readonly string[],
  ) {}

  /** Resolves when it serves. @throws Error with its output when it ends before */
  static start(environment: Readonly<Record<string, string>>): Promise<HostCommand> {
    const child = spawn(process.execPath, [join(ROOT, 'dist/local/host.js')], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], FUNCTIONS_PORT: '0', FUNCTION_KEY: KEY, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output: string[] = [];
    return new Promise((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr])
        createInterface({ input: stream }).on('line', (line) => {
          output.push(line);
          const origin = /Functions host (\S+)/.exec(line)?.[1];
          if (origin !== undefined) resolve(new HostCommand(origin, child, output));
        });
      child.once('close', () => reject(new Error(output.join('\n'))));
    });
  }

  /** @returns how it ended, and which of the processes that it had started outlived it by more than ten seconds */
  async end(signal: NodeJS.Signals): Promise<{ code: number | null; left: number[] }> {
    const started = below(this.process.pid ?? 0);
    const code = await new Promise<number | null>((resolve) => {
      if (this.process.exitCode !== null || this.process.signalCode !== null) resolve(this.process.exitCode);
      this.process.once('exit', resolve);
      this.process.kill(signal);
    });
    let left = started;
    for (let tries = 0; tries < 100 && left.length > 0; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      const alive = processes();
      left = left.filter((pid) => alive.has(pid));
    }
    return { code, left };
  }
}

/** The settings that name the stack's Entra and GoTo; storage and queues are the host's own. */
export const settingsOf = ({ environment }: LocalStack): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).filter(([name]) => name !== 'AzureWebJobsStorage' && name !== 'ServiceBusConnection'),
  );

/** Process ids with their parents', of those that are no zombies. */
function processes(): Map<number, number> {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat='], { encoding: 'utf8' }).trim().split('\n');
  return new Map(
    lines
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , state]) => state?.startsWith('Z') === false)
      .map(([pid, parent]) => [Number(pid), Number(parent)]),
  );
}

function below(ancestor: number): number[] {
  const all = processes();
  const children = [...all].filter(([, parent]) => parent === ancestor).map(([pid]) => pid);
  return children.flatMap((pid) => [pid, ...below(pid)]);
}
