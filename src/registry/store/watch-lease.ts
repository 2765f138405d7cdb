import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, systemErrorCode, unusableFile } from '../../domain/errors.ts';
import { readTextFile } from '../../files/read-file.ts';
import { replaceFile } from '../../files/replace-file.ts';
import { isGone, isOwner, type LockOwner, thisProcess, withLock } from './registry-lock.ts';

interface LeaseFile extends LockOwner {
  /** ISO 8601. */
  readonly until: string;
}

/** The right to walk a model's rollouts, which one process has at a time. */
export interface WatchLease {
  /** Holds it longer. @throws UserError (exit 5) where another process has it by now */
  readonly renew: (now: Date) => Promise<void>;
  /** Leaves it to whoever comes next; a lease that others took is theirs. */
  readonly release: () => Promise<void>;
}

/**
 * Takes the lease of a model in a registry's folder for a while. One whose time is over, or whose process has ended, is free.
 * @throws UserError (exit 5) that says who has it
 */
export async function takeWatchLease(folder: string, model: string, lastsMs: number, now: Date): Promise<WatchLease> {
  const file = join(folder, `${model}.watch`);
  const owner = thisProcess();
  const write = async (from: Date) => {
    const lease: LeaseFile = { ...owner, until: new Date(from.getTime() + lastsMs).toISOString() };
    await replaceFile(file, `${JSON.stringify(lease)}\n`);
  };
  await withLease(file, async () => {
    const held = await readLease(file);
    if (held !== undefined && held.until > now.toISOString() && !isGone(held)) throw watchedBy(model, held, file);
    await write(now);
  });
  return {
    renew: async (from) =>
      await withLease(file, async () => {
        const held = await readLease(file);
        if (held?.token !== owner.token) throw lost(model, held);
        await write(from);
      }),
    release: async () =>
      await withLease(file, async () => {
        if ((await readLease(file))?.token === owner.token) await rm(file, { force: true });
      }),
  };
}

async function withLease(file: string, work: () => Promise<void>): Promise<void> {
  try {
    await withLock(file, work);
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    throw unusableFile(`${file} cannot be written: ${messageOf(error)}`, {
      hint: 'A watcher keeps its lease in the folder of the registry.',
      cause: error,
    });
  }
}

/** A file that is cut says nothing of anybody. */
async function readLease(file: string): Promise<LeaseFile | undefined> {
  try {
    const value: unknown = JSON.parse(await readTextFile(file));
    return isOwner(value) && 'until' in value && typeof value.until === 'string'
      ? { ...value, until: value.until }
      : undefined;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function watchedBy(model: string, { pid, machine, until }: LeaseFile, file: string): Error {
  return unusableFile(`${model} is watched by process ${pid} on ${machine}, at least until ${until}`, {
    hint: `Only one process may watch a model. If that one is gone for good, delete ${file}.`,
  });
}

function lost(model: string, held: LeaseFile | undefined): Error {
  const who = held === undefined ? 'nobody' : `process ${held.pid} on ${held.machine}`;
  return unusableFile(`Another process watches ${model} by now (${who}); nothing was changed`, {
    hint: 'This one paused for too long. Start it again once the other has ended.',
  });
}
