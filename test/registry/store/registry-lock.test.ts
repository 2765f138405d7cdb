import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type LockOwner, thisProcess, withLock } from '../../../src/registry/store/registry-lock.ts';
import { startingRegistry } from '../example-registry.ts';
import { folderWith, model } from '../writer.ts';

/** Far less than it takes for a lock to be old, so that a lock taken over in time was taken over for its owner's death. */
const soonMs = 5_000;

async function fileLockedBy(owner: Partial<LockOwner>): Promise<string> {
  const file = join(await folderWith(startingRegistry), `${model}.json`);
  await writeFile(`${file}.lock`, JSON.stringify({ ...thisProcess(), ...owner }));
  return file;
}

function deadProcess(): number {
  return spawnSync(process.execPath, ['--eval', '']).pid;
}

test('work under the lock is never done twice at once', async () => {
  const file = join(await folderWith(startingRegistry), `${model}.json`);
  let inside = 0;
  let most = 0;
  const work = async () => {
    inside += 1;
    most = Math.max(most, inside);
    await sleep(2);
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 20 }, () => withLock(file, work)));
  expect(most).toBe(1);
});

test('the lock is gone after the work, also after work that failed', async () => {
  const file = join(await folderWith(startingRegistry), `${model}.json`);
  await withLock(file, async (stillHeld) => expect(stillHeld()).toBe(true));
  await expect(withLock(file, () => Promise.reject(new Error('the work failed')))).rejects.toThrow('the work failed');
  expect(await readdir(join(file, '..'))).toStrictEqual([`${model}.json`]);
});

test('the lock of a process that died is taken over without waiting', { timeout: soonMs }, async () => {
  const file = await fileLockedBy({ pid: deadProcess() });
  expect(await withLock(file, async () => 'done')).toBe('done');
});

test('of many that find a dead owner, one at a time gets in', { timeout: soonMs }, async () => {
  const file = await fileLockedBy({ pid: deadProcess() });
  let inside = 0;
  const overlaps: number[] = [];
  const work = async () => {
    inside += 1;
    await sleep(2);
    overlaps.push(inside);
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 20 }, () => withLock(file, work)));
  expect(overlaps).toStrictEqual(Array.from({ length: 20 }, () => 1));
});

test('the lock of a process that runs is waited for, and told after some patience', async () => {
  const file = await fileLockedBy({ pid: process.ppid });
  await expect(withLock(file, async () => 'done', 100)).rejects.toThrow(
    `${file} is locked by process ${process.ppid} on ${thisProcess().machine}; nothing was changed`,
  );
  expect(await readFile(`${file}.lock`, 'utf8')).toContain(String(process.ppid));
});

test('the lock of a process that runs is got as soon as it is free', async () => {
  const file = await fileLockedBy({ pid: process.ppid });
  const waiting = withLock(file, async () => 'done');
  await sleep(60);
  await rm(`${file}.lock`);
  expect(await waiting).toBe('done');
});

test.each([
  ['on another machine', { machine: 'another' }],
  ['in another container', { processes: 'pid:[1]' }],
])('a process %s cannot be seen, so its lock is left alone while it is fresh', async (_, elsewhere) => {
  const file = await fileLockedBy({ ...elsewhere, pid: deadProcess() });
  await expect(withLock(file, async () => 'done', 100)).rejects.toThrow('is locked by process');
});

test.each([
  ['of another machine', { machine: 'another' }],
  ['of a process whose number another has now', { pid: process.ppid }],
])('a lock %s that has not been kept fresh is taken over', async (_, owner) => {
  const file = await fileLockedBy(owner);
  await utimes(`${file}.lock`, new Date(), new Date(Date.now() - 60_000));
  expect(await withLock(file, async () => 'done', 1_000)).toBe('done');
});

test('an old lock that names nobody is taken over', async () => {
  const file = await fileLockedBy({});
  await writeFile(`${file}.lock`, '');
  await expect(withLock(file, async () => 'done', 100)).rejects.toThrow('is locked by another process');
  await utimes(`${file}.lock`, new Date(), new Date(Date.now() - 60_000));
  expect(await withLock(file, async () => 'done', 1_000)).toBe('done');
});

test('a pipe in the place of a lock is waited for like any other, and taken over when it is old', async () => {
  const file = await fileLockedBy({});
  await rm(`${file}.lock`);
  expect(spawnSync('mkfifo', [`${file}.lock`]).status).toBe(0);
  await expect(withLock(file, async () => 'done', 100)).rejects.toThrow('is locked by another process');
  await utimes(`${file}.lock`, new Date(), new Date(Date.now() - 60_000));
  expect(await withLock(file, async () => 'done', 1_000)).toBe('done');
});

test('a folder in the place of a lock is told, and left', async () => {
  const file = await fileLockedBy({});
  await rm(`${file}.lock`);
  await mkdir(join(`${file}.lock`, 'kept'), { recursive: true });
  await utimes(`${file}.lock`, new Date(), new Date(Date.now() - 60_000));
  await expect(withLock(file, async () => 'done', 100)).rejects.toThrow('is locked by another process');
  expect(await readdir(`${file}.lock`)).toEqual(['kept']);
});

test('a claim on a dead lock whose claimant died as well is given up when it is old', async () => {
  const { token } = thisProcess();
  const file = await fileLockedBy({ pid: deadProcess(), token });
  await writeFile(`${file}.lock.${token}`, '');
  await utimes(`${file}.lock.${token}`, new Date(), new Date(Date.now() - 60_000));
  expect(await withLock(file, async () => 'done', 1_000)).toBe('done');
});

test('a claim whose claimant was killed a moment ago is gone after the next locking', async () => {
  const file = await fileLockedBy({ pid: deadProcess() });
  const claim = `${file}.lock.${thisProcess().token}`;
  await writeFile(claim, JSON.stringify({ ...thisProcess(), pid: deadProcess() }));
  expect(await withLock(file, async () => 'done', 1_000)).toBe('done');
  await expect(readFile(claim)).rejects.toThrow('ENOENT');
});

test('whoever lost the lock is told so and does not remove the lock of the next', async () => {
  const file = join(await folderWith(startingRegistry), `${model}.json`);
  const next = JSON.stringify(thisProcess());
  const held = await withLock(file, async (stillHeld) => {
    await writeFile(`${file}.lock`, next);
    return stillHeld();
  });
  expect(held).toBe(false);
  expect(await readFile(`${file}.lock`, 'utf8')).toBe(next);
});

test('a folder that is not there is told as the file system tells it', async () => {
  await expect(withLock(join(tmpdir(), 'nowhere', 'x.json'), async () => 'done')).rejects.toThrow('ENOENT');
});
