import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { run, temporaryFolder } from './harness.ts';
import { isWhole } from '../fixtures/tiers.ts';
import { madeOnce } from './made-once.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** When a copy is taken away: at the end of the test, or of the file where it is `afterAll`. */
type Lifetime = (remove: () => void) => void;

/** A copy of the shipped rollouts with their models and log, so that evaluating leaves nothing in the repository. */
export function shippedRollouts(lifetime: Lifetime = onTestFinished): string {
  const folder = temporaryFolder(lifetime);
  copyShipped(folder);
  return folder;
}

/** The same with what the shipped versions answered to the shipped log kept in the outcome store, and the times of their shadow stages (outside of the whole: of those whose times decide). */
export async function replayedRollouts(lifetime: Lifetime = onTestFinished): Promise<string> {
  const folder = temporaryFolder(lifetime);
  cpSync(await madeOnce('replayed', replayShipped), folder, { recursive: true });
  return folder;
}

function copyShipped(folder: string): void {
  for (const part of ['rollouts', 'fixtures/registry', 'fixtures/served-registry', 'fixtures/requests']) {
    // What somebody's own evaluations left beside the plans is not part of what is shipped.
    cpSync(join(root, part), join(folder, part), { recursive: true, filter: (path) => !path.endsWith('.canary') });
  }
}

/** Of the shipped plans those whose times decide something. */
const timed = new Set(['intent-1.5.0.yaml', 'intent-1.7.0.yaml']);

/** Timing requests one by one is most of what evaluating costs: the whole asks each shipped plan for times, `npm test` these. */
function timeFew(rollouts: string): void {
  for (const name of readdirSync(rollouts).filter((found) => found.endsWith('.yaml') && !timed.has(found))) {
    const file = join(rollouts, name);
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/^ *- \{ metric: latency.*\n/gmu, ''));
  }
}

async function replayShipped(folder: string): Promise<void> {
  copyShipped(folder);
  if (!isWhole) timeFew(join(folder, 'rollouts'));
  for (const [candidate, exitCode] of [
    ['1.5.0', 0],
    ['1.6.0', 4],
    ['1.7.0', 4],
  ] as const) {
    const evaluated = await run(['evaluate', `rollouts/intent-${candidate}.yaml`, '--quiet'], { cwd: folder });
    expect(evaluated.stderr).toBe('');
    // Processes of a very busy machine may differ by more than a bound on times: whoever is about the verdict expects it.
    expect([exitCode, 3]).toContain(evaluated.exitCode);
  }
  // The evidence goes: who copies this has evaluated nothing.
  const kept = join(folder, 'rollouts/.canary');
  for (const name of readdirSync(kept)) if (name !== 'outcomes') rmSync(join(kept, name), { recursive: true });
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
