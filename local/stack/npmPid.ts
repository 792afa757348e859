import { readFileSync } from 'node:fs';

/**
 * The process of npm, where it has put a shell between itself and this one. On Linux; elsewhere, and where the shell has become
 * this process, it is not looked for.
 */
export function npmPid(): number | undefined {
  const script = process.env['npm_lifecycle_script'];
  if (script === undefined) return undefined;
  try {
    const isShell = readFileSync(`/proc/${process.ppid}/cmdline`, 'utf8').includes(script);
    // "pid (name) state ppid …", and a name may hold anything.
    const parent = readFileSync(`/proc/${process.ppid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1];
    return isShell && parent !== undefined ? Number(parent) : undefined;
  } catch {
    return undefined;
  }
}
