/**
 * One owner a folder, and free the moment that its process is gone, however it ended: the owner listens on a socket (on
 * Windows a pipe) whose name is made of the folder's. A file with a process id would outlive a kill.
 */
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const isWindows = process.platform === 'win32';

/** The name by which the owner of a folder is found. @param role each folder has one owner a role */
export function ownerSocket(folder: string, role: string): string {
  const name = `entra-gotomeeting-${role}-${createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 16)}`;
  return isWindows ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
}

/** Whether somebody listens there; what a dead owner left behind is cleared away. */
export function isOwned(socket: string): Promise<boolean> {
  return new Promise((answer) => {
    const connection = connect(socket)
      .once('connect', () => {
        connection.destroy();
        answer(true);
      })
      .once('error', () => {
        if (!isWindows) rmSync(socket, { force: true });
        answer(false);
      });
  });
}

/**
 * Takes the folder until the result is called, or this process ends.
 * @returns undefined when somebody else has it
 */
export async function takeFolder(folder: string, role: string): Promise<(() => void) | undefined> {
  const socket = ownerSocket(folder, role);
  if (await isOwned(socket)) return undefined;
  const server = createServer((connection) => connection.destroy()).unref();
  const isTaken = await new Promise<boolean>((taken) => {
    server.once('error', () => taken(false)).listen(socket, () => taken(true));
  });
  return isTaken ? () => void server.close() : undefined;
}
