import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { cacheFolder } from '../../src/start/cache-folder.ts';

/** Whether whoever runs the tests has a place for a cache, without which nothing can be kept. */
export const hasCache = cacheFolder(process) !== undefined;

/** A cache of the user's own, which is gone after the test. Temporary folders are shared, so it lies beside the real one. */
export function ownCache(): string {
  const parent = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  const folder = mkdtempSync(join(parent, 'canary-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
