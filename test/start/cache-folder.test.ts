import { chmodSync, existsSync, mkdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cacheFolder } from '../../src/start/cache-folder.ts';
import { temporaryFolder } from '../cli/harness.ts';
import { hasCache, ownCache } from './own-cache.ts';

const user = process.getuid?.() ?? 0;
const folderIn = (cache: string, uid: number = user) =>
  cacheFolder({ env: { XDG_CACHE_HOME: cache }, platform: 'linux', getuid: () => uid });

describe.skipIf(!hasCache)('a cache of the user', () => {
  test('is made for the user alone, with what leads to it', () => {
    const cache = join(ownCache(), 'not', 'there', 'yet');
    expect(folderIn(cache)).toBe(join(cache, 'canary'));
    expect(statSync(join(cache, 'canary')).mode & 0o777).toBe(0o700);
    expect(statSync(cache).mode & 0o777).toBe(0o700);
  });

  test('is not used where others may read or write it', () => {
    const cache = ownCache();
    mkdirSync(join(cache, 'canary'));
    chmodSync(join(cache, 'canary'), 0o750);
    expect(folderIn(cache)).toBeUndefined();
  });

  test('is not used below a folder that others may write', () => {
    const cache = ownCache();
    mkdirSync(join(cache, 'shared', 'mine'), { recursive: true, mode: 0o700 });
    chmodSync(join(cache, 'shared'), 0o1777);
    expect(folderIn(join(cache, 'shared', 'mine'))).toBeUndefined();
  });

  test('is not used in a checkout', () => {
    const cache = ownCache();
    mkdirSync(join(cache, 'checkout', '.git'), { recursive: true });
    expect(folderIn(join(cache, 'checkout', 'cache'))).toBeUndefined();
    expect(existsSync(join(cache, 'checkout', 'cache', 'canary'))).toBe(false);
  });

  test('is not used through a link that somebody put in its place', () => {
    const cache = ownCache();
    mkdirSync(join(cache, 'elsewhere'), { mode: 0o700 });
    symlinkSync(join(cache, 'elsewhere'), join(cache, 'canary'));
    expect(folderIn(cache)).toBeUndefined();
  });

  test('is not that of somebody else', () => {
    const cache = ownCache();
    mkdirSync(join(cache, 'canary'), { mode: 0o700 });
    expect(folderIn(cache, user + 1)).toBeUndefined();
  });
});

test('nothing is kept in the shared temporary folder', () => {
  const cache = join(temporaryFolder(), 'cache');
  expect(folderIn(cache)).toBeUndefined();
  expect(existsSync(join(cache, 'canary'))).toBe(false);
});

test('nothing is kept where no user is known, as on Windows', () => {
  expect(cacheFolder({ env: { XDG_CACHE_HOME: temporaryFolder() }, platform: 'win32' })).toBeUndefined();
});

test('nothing is kept where the cache cannot be made', () => {
  expect(folderIn('/dev/null/cache')).toBeUndefined();
});
