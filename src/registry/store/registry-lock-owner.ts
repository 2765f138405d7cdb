import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { hostname } from 'node:os';
import { systemErrorCode } from '../../domain/errors.ts';
import { hasEnded, processNamespace } from '../../files/owned-name.ts';
import { readTextFileSync } from '../../files/read-file.ts';

/** Who holds a lock, as its file says. */
export interface LockOwner {
  readonly pid: number;
  readonly machine: string;
  /** Where a process id means this process: on Linux each container counts its own. */
  readonly processes: string;
  /** Tells one locking from the next. */
  readonly token: string;
}

/** This process as the owner of a new lock. */
export function thisProcess(): LockOwner {
  return { pid: process.pid, machine: hostname(), processes: processNamespace(), token: randomUUID() };
}

/** Makes a lock file that names its owner. @throws what the file system says, `EEXIST` when there is one already. */
export function writeOwner(lock: string, owner: LockOwner): void {
  const file = fs.openSync(lock, 'wx');
  try {
    fs.writeSync(file, `${JSON.stringify(owner)}\n`);
  } catch (error) {
    // A full disk can hold the name of a file and none of its contents.
    fs.rmSync(lock, { force: true });
    throw error;
  } finally {
    fs.closeSync(file);
  }
}

/** The owner of a lock; undefined when there is no lock, or its owner was stopped before it had written its name. */
export function readOwner(lock: string): LockOwner | undefined {
  try {
    const owner: unknown = JSON.parse(readTextFileSync(lock));
    return isOwner(owner) ? owner : undefined;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whether the owner was a process of this machine that does not run any more. */
export function isGone({ pid, machine, processes }: LockOwner): boolean {
  return machine === hostname() && processes === processNamespace() && hasEnded(pid);
}

function isOwner(value: unknown): value is LockOwner {
  if (typeof value !== 'object' || value === null) return false;
  const owner: Partial<Record<keyof LockOwner, unknown>> = value;
  return (
    Number.isSafeInteger(owner.pid) &&
    Number(owner.pid) > 0 &&
    typeof owner.machine === 'string' &&
    typeof owner.processes === 'string' &&
    typeof owner.token === 'string' &&
    /^[\w-]+$/u.test(owner.token)
  );
}
