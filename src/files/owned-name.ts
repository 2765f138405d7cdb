import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readlinkSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { systemErrorCode } from '../domain/errors.ts';

/**
 * Where a process id means one process: on Linux each container counts its own.
 * @returns empty where the system has no such spaces
 */
export function processNamespace(): string {
  return existsSync('/proc/self/ns/pid') ? readlinkSync('/proc/self/ns/pid') : '';
}

/** Whether a process of this machine and namespace does not run any more. */
export function hasEnded(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    // Any other error means that there is such a process, which may not be sent signals.
    return systemErrorCode(error) === 'ESRCH';
  }
}

/** A name for a temporary file or folder that says which process made it: PREFIX, the process, its place, a random part. */
export function ownedName(prefix: string): string {
  return `${prefix}${process.pid}-${place()}-${randomUUID()}`;
}

/**
 * Removes what killed processes of this machine left in a folder under names that `ownedName` gave with this prefix. What
 * belongs to a process that runs, or to another machine, stays.
 * @param afterMs the age from which on also that of another machine goes, where nobody writes so long
 */
export async function sweepAbandoned(folder: string, prefix: string, afterMs = Infinity): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(prefix));
  await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const goes = isAbandoned(name.slice(prefix.length)) || (await ageOf(path)) > afterMs;
      if (goes) await rm(path, { recursive: true, force: true });
    }),
  );
}

/** How long ago a file was written, in ms; 0 where it is gone. */
async function ageOf(path: string): Promise<number> {
  try {
    return Date.now() - (await stat(path)).mtimeMs;
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return 0;
  }
}

function isAbandoned(owner: string): boolean {
  const [, pid, where] = /^(\d+)-([\da-f]{12})-/u.exec(owner) ?? [];
  return pid !== undefined && where === place() && hasEnded(Number(pid));
}

/** The machine and the namespace of process ids, short enough for a file's name. */
function place(): string {
  return createHash('sha256').update(`${hostname()}\n${processNamespace()}`).digest('hex').slice(0, 12);
}
