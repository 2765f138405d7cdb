import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, onTestFinished } from 'vitest';
import { temporaryFolder } from './harness.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A copy of the shipped rollouts with their models and log, so that evaluating leaves nothing in the repository. */
export function shippedRollouts(): string {
  return copyOf(temporaryFolder(afterAll));
}

/** The same for one test, which may break what it likes. */
export function ownShippedRollouts(): string {
  return copyOf(temporaryFolder(onTestFinished));
}

function copyOf(folder: string): string {
  for (const part of ['rollouts', 'fixtures/registry', 'fixtures/requests']) {
    // What somebody's own evaluations left beside the plans is not part of what is shipped.
    cpSync(join(root, part), join(folder, part), { recursive: true, filter: (path) => !path.endsWith('.canary') });
  }
  return folder;
}
