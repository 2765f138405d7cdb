import fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import lockfile from 'proper-lockfile';
import { systemErrorCode, unusableFile, type UserError } from '../../domain/errors.ts';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { hasEnded, processNamespace } from '../../files/owned-name.ts';
import { readTextFileSync } from '../../files/read-file.ts';

const heartbeatMs = 2_000;
/** A lock whose owner cannot be asked, being on another machine, is taken over when its heartbeat has stopped this long. */
const staleMs = 10_000;
/** Writers hold the lock for milliseconds, so one that is not free after this is told about. */
const defaultPatienceMs = 15_000;
const retryMs = 20;

/** Whether the lock is still this process's: not after a sleep so long that others thought it dead. */
export type StillHeld = () => boolean;

/**
 * Does work that nobody else does on the file at the same time, on any machine that sees its folder.
 *
 * The lock is `FILE.lock`, which names its owner. proper-lockfile makes it, keeps it fresh and removes it at exit. One that
 * a killed process left is taken over at once where that process can be seen to be gone, and otherwise when it is no
 * longer fresh.
 * @throws UserError (exit 5) when the lock is not free in time; what the file system throws when it cannot be made.
 */
export async function withLock<T>(
  file: string,
  work: (stillHeld: StillHeld) => Promise<T>,
  patienceMs = defaultPatienceMs,
): Promise<T> {
  const lock = `${file}.lock`;
  const owner = thisProcess();
  const release = await acquire(file, lock, owner, patienceMs);
  try {
    sweepClaims(lock);
    return await work(() => readOwner(lock)?.token === owner.token);
  } finally {
    await release().catch(leaveToOthers);
  }
}

/**
 * A lock that others took over needs no release, and the work knows by now that it was lost. One that the disk refuses to
 * remove is taken over once this process has ended; that must not be told as a failure of the work, which was done.
 */
function leaveToOthers(error: unknown): void {
  if (systemErrorCode(error) === undefined) throw error;
}

async function acquire(file: string, lock: string, owner: LockOwner, patienceMs: number): Promise<() => Promise<void>> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      return await lockfile.lock(file, { ...libraryOptions, lockfilePath: lock, fs: ownedLockFiles(owner) });
    } catch (error) {
      if (systemErrorCode(error) !== 'ELOCKED') throw error;
    }
    if (isAbandoned(lock) && removeAbandoned(lock)) continue;
    if (performance.now() > deadline) throw stillLocked(file, lock);
    await sleep(retryMs);
  }
}

const libraryOptions = {
  realpath: false,
  update: heartbeatMs,
  // The library's own take-over lets two processes remove one lock after the other; removeAbandoned does not.
  stale: Number.POSITIVE_INFINITY,
  // Nothing is to be done at once: whoever lost the lock finds out by asking whether it is still held.
  onCompromised: () => undefined,
};

/** The library locks by making a folder; here it makes a file, which can say in one step who made it. */
function ownedLockFiles(owner: LockOwner): object {
  const removeOwn = (lock: string): void => {
    if (readOwner(lock)?.token === owner.token) fs.rmSync(lock, { force: true });
  };
  return {
    ...fs,
    mkdir: (lock: string, done: Done) => settle(done, () => writeOwner(lock, owner)),
    rmdir: (lock: string, done: Done) => settle(done, () => removeOwn(lock)),
    rmdirSync: removeOwn,
  };
}

type Done = (error: unknown) => void;

function settle(done: Done, action: () => void): void {
  try {
    action();
  } catch (error) {
    done(error);
    return;
  }
  done(null);
}

function isAbandoned(lock: string): boolean {
  const owner = readOwner(lock);
  return (owner !== undefined && isGone(owner)) || isOld(lock);
}

function isOld(path: string): boolean {
  const heartbeat = fs.statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return heartbeat !== undefined && heartbeat < Date.now() - staleMs;
}

/**
 * Removes a lock that nobody holds. Where several processes find the same dead owner, the one that makes the claim,
 * which bears that owner's token, may remove the lock; a slower one finds another owner there and leaves it alone.
 * @returns whether this process had the claim.
 */
function removeAbandoned(lock: string): boolean {
  const claim = claimOf(lock);
  if (isAbandoned(claim)) removeFile(claim);
  try {
    writeOwner(claim, thisProcess());
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
  try {
    if (claimOf(lock) === claim && isAbandoned(lock)) return removeFile(lock);
  } finally {
    fs.rmSync(claim, { force: true });
  }
  return true;
}

/** @returns false for a folder, which no lock is and somebody may want. */
function removeFile(path: string): boolean {
  if (fs.lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return false;
  fs.rmSync(path, { force: true });
  return true;
}

/** A claim is held for two system calls; what is left of one belonged to a process that was killed between them. */
function sweepClaims(lock: string): void {
  const claims = fs.readdirSync(dirname(lock)).filter((name) => name.startsWith(`${basename(lock)}.`));
  for (const claim of claims.map((name) => join(dirname(lock), name))) {
    if (isAbandoned(claim)) removeFile(claim);
  }
}

function claimOf(lock: string): string {
  return `${lock}.${readOwner(lock)?.token ?? 'unknown'}`;
}

function stillLocked(file: string, lock: string): UserError {
  const owner = readOwner(lock);
  const who = owner === undefined ? 'another process' : `process ${owner.pid} on ${owner.machine}`;
  return unusableFile(`${file} is locked by ${who}; nothing was changed`, {
    hint: `Wait until it has ended. If it has, delete ${lock}.`,
  });
}

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
function writeOwner(lock: string, owner: LockOwner): void {
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

/** The owner of a lock; undefined when there is no lock, what is there is no file, or its owner was stopped before it had written its name. */
function readOwner(lock: string): LockOwner | undefined {
  try {
    const owner: unknown = JSON.parse(readTextFileSync(lock));
    return isOwner(owner) ? owner : undefined;
  } catch (error) {
    // A pipe, a device or a folder in its place names nobody.
    const nobody = ['ENOENT', 'EINVAL', 'ENXIO'].includes(systemErrorCode(error) ?? '');
    if (nobody || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whether the owner was a process of this machine that does not run any more. */
export function isGone({ pid, machine, processes }: LockOwner): boolean {
  return machine === hostname() && processes === processNamespace() && hasEnded(pid);
}

export function isOwner(value: unknown): value is LockOwner {
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
