import { listening } from '../fixtures/listening.ts';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { run, runInstalled, treeOf, type Run } from './harness.ts';
import { runBeforeEncoding, shortenLog } from './model-code.ts';
import { shippedRollouts } from './shipped.ts';
import { TestRollout } from '../fixtures/test-rollout.ts';
import { casesOf } from '../fixtures/tiers.ts';
import { edit } from './starter.ts';

const plan = 'rollouts/intent-1.5.0.yaml';

/** A rollout whose candidate takes some seconds for its replay. */
async function slowRollout(): Promise<string> {
  const folder = shippedRollouts();
  shortenLog(folder, plan, 3300);
  await runBeforeEncoding(folder, '1.5.0', 'for (const end = performance.now() + 1; performance.now() < end; );');
  return folder;
}

/** The files that the outcome store holds, with what changes when one is written again. */
function finishedFiles(folder: string): Record<string, string> {
  const store = join(folder, 'rollouts', '.canary', 'outcomes');
  if (!existsSync(store)) return {};
  const names = readdirSync(store, { recursive: true, encoding: 'utf8' });
  const records = names.filter((name) => name.endsWith('.json') && !/batches-|samples/u.test(name));
  const found = records.map((name): [string, string] => {
    const { ino, mtimeMs } = statSync(join(store, name));
    return [name, `${ino} ${mtimeMs}`];
  });
  return Object.fromEntries(found);
}

interface Interrupted extends Run {
  /** The process that led the group of all that the command started. */
  readonly leader: number;
}

/** Evaluates, and interrupts everything that it started, as Ctrl-C does, once some of the replay is stored. */
async function interruptReplay(folder: string, signal: NodeJS.Signals): Promise<Interrupted> {
  let leader = 0;
  const running = runInstalled(['evaluate', plan], { cwd: folder, onStart: (pid) => void (leader = pid) });
  const state = { ended: false };
  void running.finally(() => (state.ended = true));
  while (!state.ended && Object.keys(finishedFiles(folder)).length === 0) await wait(10);
  if (!state.ended) {
    process.kill(-leader, signal);
    // As `timeout` and npm do, which pass on what the whole group got.
    setTimeout(() => isGroupAlive(leader) && process.kill(-leader, signal), 20);
  }
  return { ...(await running), leader };
}

function isGroupAlive(leader: number): boolean {
  try {
    return process.kill(-leader, 0);
  } catch {
    return false;
  }
}

test.each(casesOf(['SIGINT', 'SIGTERM'] as const, 2))(
  '%s in a replay exits 130, with no verdict and no evidence',
  async (signal) => {
    const folder = await slowRollout();
    const registry = treeOf(join(folder, 'fixtures'));
    const { exitCode, stdout, stderr, leader } = await interruptReplay(folder, signal);
    expect({ exitCode, stdout }).toEqual({ exitCode: 130, stdout: '' });
    expect(stderr).toContain('Interrupted');
    expect(isGroupAlive(leader)).toBe(false);
    expect(treeOf(join(folder, 'fixtures'))).toEqual(registry);
    expect(readdirSync(join(folder, 'rollouts', '.canary'))).toEqual(['outcomes']);
  },
);

test('an interrupted replay goes on where it stopped', async () => {
  const folder = await slowRollout();
  await interruptReplay(folder, 'SIGINT');
  expect(Object.keys(finishedFiles(folder)).join('\n')).toContain('.rows-');
  const resumed = await run(['evaluate', plan, '--quiet'], { cwd: folder });
  expect(resumed).toMatchObject({ stderr: '' });
  expect(resumed.stdout).toMatch(/^Verdict: /u);
  // What was a piece is in the window that it is of.
  const files = Object.keys(finishedFiles(folder));
  expect(files.length).toBeGreaterThan(0);
  expect(files.join('\n')).not.toContain('.rows-');
});

test('a server that is waited for when somebody interrupts is no failure of the server', async () => {
  const { folder } = new TestRollout({
    plan: { requests: '{ source: "s3://logs/*.jsonl", storage: { endpoint: "URL" } }' },
  });
  let leader = 0;
  const server = createServer(() => void process.kill(-leader, 'SIGINT'));
  const url = await listening(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  edit(folder, 'plan.yaml', (text) => text.replace('URL', url));
  const interrupted = await runInstalled(['evaluate', 'plan.yaml'], {
    cwd: folder,
    onStart: (pid) => void (leader = pid),
  });
  expect(interrupted).toEqual({ exitCode: 130, stdout: '', stderr: 'error Interrupted; nothing was changed.\n' });
});
