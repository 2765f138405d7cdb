import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
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
  for (const part of ['rollouts', 'fixtures/registry', 'fixtures/served-registry', 'fixtures/requests']) {
    // What somebody's own evaluations left beside the plans is not part of what is shipped.
    cpSync(join(root, part), join(folder, part), { recursive: true, filter: (path) => !path.endsWith('.canary') });
  }
  return folder;
}

/** Serves the shipped models on a free port, and says so in the registry of a copy. @returns what ends the server */
export async function serveShippedModels(folder: string): Promise<() => void> {
  const server = spawn(process.execPath, [join(root, 'fixtures/serve-models.mjs'), '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: server.stdout }), 'line');
  const url = /http:\S+$/u.exec(String(line))?.[0];
  if (url === undefined) throw new Error(`the server says ${line}`);
  const file = join(folder, 'fixtures/served-registry/intent-classifier.json');
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll('http://127.0.0.1:8510', url));
  return () => void server.kill();
}
