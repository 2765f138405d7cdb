import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { murmur3Bucket } from '../../src/assignment/schemes/murmur3.ts';
import { runsOf } from '../fixtures/tiers.ts';
import { run, runInstalled } from './harness.ts';
import {
  candidate,
  edit,
  editCandidate,
  judgeAll,
  linesOf,
  plan,
  registryFile,
  registryOf,
  starter,
} from './starter.ts';
import { webhookReceiver } from './webhook-receiver.ts';

const lease = registryFile.replace('.json', '.watch');
const auto = ['watch', plan, '--auto', '--every', '1s'];

/** The starter, judged on everybody at each stage, that tells a receiver. */
async function watched() {
  const folder = await starter();
  judgeAll(folder);
  edit(folder, plan, (text) => `${text}notify: [{ url: { env: HOOK }, form: cloudevents }]\n`);
  const { url, received } = await webhookReceiver();
  const told = () => received.map(({ body }): { id: string; type: string; subject?: string } => JSON.parse(body));
  return { folder, told, env: { HOOK: url } };
}

/** How often each stage was entered. */
function entries(folder: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { action, stage = '' } of registryOf(folder).history) {
    if (action === 'enter' || action === 'complete') counts[stage] = (counts[stage] ?? 0) + 1;
  }
  return counts;
}

test('walks a good candidate to the end and tells each step once', async () => {
  const { folder, told, env } = await watched();
  const { exitCode, stdout, stderr } = await run([...auto, '--format', 'json'], { cwd: folder, env });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const did = linesOf(stdout).map((line): unknown => JSON.parse(line));
  expect(did.at(-1)).toMatchObject({ did: 'completed', verdict: 'increase', weight: 1 });
  expect(registryOf(folder).traffic[candidate]).toBe(1);
  expect(Object.values(entries(folder)).every((count) => count === 1)).toBe(true);
  expect(told().at(-1)?.type).toBe('canary.rollout.completed.v1');
  expect(new Set(told().map(({ id }) => id)).size).toBe(told().length);
  expect(existsSync(join(folder, lease))).toBe(false);
  expect((await run([...auto], { cwd: folder, env })).stdout).toContain('done');
});

test('stops after the stage that was named', async () => {
  const { folder, env } = await watched();
  expect((await run([...auto, '--until', 'shadow'], { cwd: folder, env })).exitCode).toBe(0);
  expect(entries(folder)).toEqual({ shadow: 1 });
});

test('a plan that is named twice moves once in a tick', async () => {
  const { folder, env } = await watched();
  expect((await run([...auto, `./${plan}`, '--once'], { cwd: folder, env })).exitCode).toBe(0);
  expect(entries(folder)).toEqual({ shadow: 1 });
});

test('takes a bad candidate out', async () => {
  const { folder, told, env } = await watched();
  expect((await run([...auto, '--once'], { cwd: folder, env })).exitCode).toBe(0);
  editCandidate(folder, ({ latency_ms: latency }) => ({ latency_ms: latency, error: 'timeout' }));
  expect((await run([...auto, '--max-hold', '1s'], { cwd: folder, env })).exitCode).toBe(4);
  expect(registryOf(folder).traffic[candidate] ?? 0).toBe(0);
  expect(told().at(-1)?.type).toBe('canary.rollout.rolled_back.v1');
});

test('looks alone without --auto', async () => {
  const { folder, env } = await watched();
  const { exitCode, stdout } = await run(['watch', plan, '--once'], { cwd: folder, env });
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringContaining('looked shadow') });
  expect(registryOf(folder).revision).toBe(0);
});

test('gives up a hold after --max-hold, and says so', async () => {
  const { folder, told, env } = await watched();
  edit(folder, plan, (text) => text.replace('minRequests: 1000', 'minRequests: 9000'));
  const { exitCode, stdout } = await run([...auto, '--max-hold', '1s'], { cwd: folder, env });
  expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: expect.stringContaining('held shadow') });
  expect(told().map(({ type }) => type)).toEqual(['canary.rollout.held.v1', 'canary.rollout.stale.v1']);
});

test('a second watcher is told who has the model, and a lease that nobody has any more is taken', async () => {
  const { folder, env } = await watched();
  const held = {
    pid: process.pid,
    machine: 'elsewhere',
    processes: 'x',
    token: 'a',
    until: '2999-01-01T00:00:00.000Z',
  };
  writeFileSync(join(folder, lease), JSON.stringify(held));
  const second = await run([...auto, '--once'], { cwd: folder, env });
  expect(second).toMatchObject({
    exitCode: 5,
    stderr: expect.stringContaining(`is watched by process ${process.pid} on elsewhere`),
  });
  expect(registryOf(folder).revision).toBe(0);
  writeFileSync(join(folder, lease), JSON.stringify({ ...held, until: '2020-01-01T00:00:00.000Z' }));
  expect((await run([...auto, '--once'], { cwd: folder, env })).exitCode).toBe(0);
});

test('what cannot be evaluated enters nothing, and --once says so', async () => {
  const { folder, env } = await watched();
  edit(folder, plan, (text) => text.replace('requests.jsonl', 'none.jsonl'));
  const { exitCode, stdout } = await run([...auto, '--once'], { cwd: folder, env });
  expect({ exitCode, stdout }).toEqual({
    exitCode: 5,
    stdout: expect.stringContaining('failed: requests.source: no file matches none.jsonl'),
  });
  expect(registryOf(folder).revision).toBe(0);
});

test.each([
  [['--every', 'soon'], 2, '--every soon'],
  [['--every', '0s'], 2, '--every 0s'],
  [['--health', 'x'], 2, '--health x is not a port'],
  [['--max-hold', '-1'], 2, '--max-hold -1'],
  // Whoever mistypes a stage would get all of them.
  [['--auto', '--until', 'shadwo'], 2, '--until shadwo: rollout.yaml has no such stage'],
])('%j is refused', async (args, code, told) => {
  const { folder, env } = await watched();
  const { exitCode, stderr } = await run(['watch', plan, ...args], { cwd: folder, env });
  expect({ exitCode, stderr }).toEqual({ exitCode: code, stderr: expect.stringContaining(told) });
});

test('a watch that is killed at any moment goes on where it was', { timeout: 600_000 }, async () => {
  let kills = 0;
  while (kills < runsOf(40, 3)) {
    const { folder, told, env } = await watched();
    let code: number | null = null;
    while (code === null) {
      const afterMs = 100 + 2400 * murmur3Bucket('kill', String(kills));
      const isLast = kills >= runsOf(40, 3);
      const onStart = (pid: number) => (isLast ? undefined : void wait(afterMs).then(() => killed(pid)));
      ({ exitCode: code } = await runInstalled(auto, { cwd: folder, env, onStart }));
      if (code === null) kills += 1;
      expect((await run(['registry', 'verify', 'registry'], { cwd: folder })).exitCode).toBe(0);
    }
    expect(code).toBe(0);
    expect(Object.values(entries(folder)).every((count) => count === 1)).toBe(true);
    // A happening that is told again has the same id.
    const ids = new Map(told().map(({ id, type, subject }) => [`${type} ${subject}`, id]));
    expect(new Set(told().map(({ id }) => id)).size).toBe(ids.size);
    expect(readFileSync(join(folder, registryFile), 'utf8')).toContain('"complete"');
    expect(existsSync(join(folder, lease))).toBe(false);
  }
});

function killed(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It had ended by itself.
  }
}
