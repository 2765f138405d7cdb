import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ownedName, sweepAbandoned } from '../../src/files/owned-name.ts';
import { readTextFile, readTextFileSync } from '../../src/files/read-file.ts';
import { replaceFile } from '../../src/files/replace-file.ts';

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'files-'));
}

test('a file is made, then replaced, and nothing is left beside it', async () => {
  const file = join(newFolder(), 'evidence.json');
  await replaceFile(file, 'first');
  await replaceFile(file, 'second');
  expect([readFileSync(file, 'utf8'), readdirSync(join(file, '..'))]).toEqual(['second', ['evidence.json']]);
});

test('a file keeps its permissions, and a link stays a link', async () => {
  const folder = newFolder();
  const [file, link] = [join(folder, 'file'), join(folder, 'link')];
  writeFileSync(file, 'before', { mode: 0o640 });
  symlinkSync('file', link);
  await replaceFile(link, 'after');
  expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['after', 0o640]);
});

test('what may not be renamed in the end leaves the old file and nothing else', async () => {
  const file = join(newFolder(), 'file');
  writeFileSync(file, 'before');
  const refused = replaceFile(file, 'after', () => {
    throw new Error('the lock was lost');
  });
  await expect(refused).rejects.toThrow('the lock was lost');
  expect([readFileSync(file, 'utf8'), readdirSync(join(file, '..'))]).toEqual(['before', ['file']]);
});

/** The name that another process would have given. */
function named(pid: number | undefined): string {
  return ownedName('tmp-').replace(String(process.pid), String(pid));
}

test('the next process removes what a killed one left, and nothing of one that runs', async () => {
  const folder = newFolder();
  const running = spawn('sleep', ['60']);
  await once(running, 'spawn');
  const [ended, own, other] = [named(spawnSync('true').pid), ownedName('tmp-'), named(running.pid)];
  for (const name of [ended, own, other, 'tmp-of-another-program'])
    mkdirSync(join(folder, name, 'spilled'), { recursive: true });
  await sweepAbandoned(folder, 'tmp-');
  running.kill();
  expect(readdirSync(folder).toSorted()).toEqual([own, other, 'tmp-of-another-program'].toSorted());
});

test.each([
  ['a folder', (path: string) => mkdirSync(path)],
  ['a pipe', (path: string) => spawnSync('mkfifo', [path])],
  ['a device', (path: string) => symlinkSync('/dev/zero', path)],
])('%s is not read, and nobody waits for it', async (kind, make) => {
  const path = join(newFolder(), 'defaults.yaml');
  make(path);
  await expect(readTextFile(path)).rejects.toThrow(`it is ${kind}, not a regular file`);
  expect(() => readTextFileSync(path)).toThrow(`it is ${kind}, not a regular file`);
});

test('a text is read whole, however many pieces it comes in', async () => {
  const file = join(newFolder(), 'plan.yaml');
  const text = 'größe: 3\n'.repeat(300_000);
  writeFileSync(file, text);
  expect([await readTextFile(file), readTextFileSync(file)].map((read) => read === text)).toEqual([true, true]);
});

test('a file that is too large to be a text is refused before it is read', async () => {
  const file = join(newFolder(), 'huge.yaml');
  spawnSync('truncate', ['-s', '2G', file]);
  await expect(readTextFile(file)).rejects.toThrow('it has more than 64 MiB');
});
