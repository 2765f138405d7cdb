import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runInstalled } from '../cli/harness.ts';
import { hasCache, ownCache } from './own-cache.ts';

const version = (cache: string, env: Record<string, string> = {}) =>
  runInstalled(['--version'], { env: { XDG_CACHE_HOME: cache, ...env } });

const filesOf = (cache: string): string[] => {
  const folder = join(cache, 'canary');
  return readdirSync(folder).map((name) => join(folder, name));
};

/** A cache with the code of one start. */
async function filledCache(): Promise<string> {
  const cache = ownCache();
  expect(await version(cache)).toMatchObject({ exitCode: 0, stderr: '' });
  return cache;
}

describe.skipIf(!hasCache)('the code of the bundle', () => {
  test('is kept by the first start and used by the next', async () => {
    const cache = await filledCache();
    const kept = filesOf(cache).map((file) => ({ file, writtenAt: statSync(file).mtimeMs }));
    expect(kept.length).toBeGreaterThan(0);
    expect(await version(cache)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(filesOf(cache).map((file) => ({ file, writtenAt: statSync(file).mtimeMs }))).toEqual(kept);
  });

  test('is not kept where Node is told to keep none', async () => {
    const cache = ownCache();
    expect(await version(cache, { NODE_DISABLE_COMPILE_CACHE: '1' })).toMatchObject({ exitCode: 0, stderr: '' });
    expect(readdirSync(cache)).toEqual([]);
  });
});

describe.skipIf(!hasCache)('kept code is ignored and written anew', () => {
  const damages: readonly (readonly [title: string, damage: (bytes: Buffer) => Uint8Array])[] = [
    ['that is empty', () => Buffer.alloc(0)],
    ['that is cut', (bytes) => bytes.subarray(0, bytes.length >> 1)],
    [
      'of which a byte changed',
      (bytes) => bytes.map((byte, index) => (index === bytes.length - 100 ? byte ^ 1 : byte)),
    ],
    ['that is something else', (bytes) => Buffer.alloc(bytes.length, 'not code ')],
  ];
  test.each(damages)('%s', async (_title, damage) => {
    const cache = await filledCache();
    for (const file of filesOf(cache)) writeFileSync(file, damage(readFileSync(file)));
    const damaged = filesOf(cache).map((file) => readFileSync(file));
    expect(await version(cache)).toMatchObject({ exitCode: 0, stderr: '' });
    for (const [index, file] of filesOf(cache).entries()) {
      expect(readFileSync(file).equals(damaged[index] ?? Buffer.alloc(0))).toBe(false);
    }
  });

  test('that others may have written', async () => {
    const cache = await filledCache();
    for (const file of filesOf(cache)) chmodSync(file, 0o666);
    expect(await version(cache)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(filesOf(cache).map((file) => statSync(file).mode & 0o777)).toEqual(filesOf(cache).map(() => 0o600));
  });
});
