import { chmodSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ownSecret } from '../../src/start/own-secret.ts';
import { hasCache, ownCache } from './own-cache.ts';

/** Whoever runs the tests, with another cache. */
function ownerOf(cache: string) {
  return { env: { XDG_CACHE_HOME: cache }, platform: process.platform, getuid: () => process.getuid?.() ?? -1 };
}

describe.skipIf(!hasCache)('the secret of a user', () => {
  test('is made once, for the user alone', () => {
    const owner = ownerOf(ownCache());
    const secret = ownSecret(owner);
    expect(secret).toHaveLength(32);
    expect(ownSecret(owner)).toEqual(secret);
    expect(ownSecret(ownerOf(ownCache()))).not.toEqual(secret);
    expect(statSync(join(owner.env.XDG_CACHE_HOME, 'canary', 'secret')).mode & 0o777).toBe(0o600);
  });

  const damages: readonly (readonly [title: string, damage: (file: string) => void])[] = [
    ['that others can read', (file) => chmodSync(file, 0o644)],
    ['that is cut', (file) => writeFileSync(file, readFileSync(file).subarray(0, 16))],
    [
      'that is a link',
      (file) => {
        writeFileSync(`${file}-elsewhere`, readFileSync(file), { mode: 0o600 });
        rmSync(file);
        symlinkSync(`${file}-elsewhere`, file);
      },
    ],
  ];
  test.each(damages)('%s is none', (_title, damage) => {
    const owner = ownerOf(ownCache());
    expect(ownSecret(owner)).toBeDefined();
    damage(join(owner.env.XDG_CACHE_HOME, 'canary', 'secret'));
    expect(ownSecret(owner)).toBeUndefined();
  });

  test('is not there where there is no folder for it', () => {
    expect(ownSecret({ env: {}, platform: 'win32' })).toBeUndefined();
  });
});
