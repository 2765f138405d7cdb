import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { treeOf } from './harness.ts';
import {
  candidate,
  edit,
  editCandidate,
  evaluate,
  judgeAll,
  log,
  plan,
  planName,
  promote,
  registryOf,
  starter,
  statusOf,
} from './starter.ts';

test('walks a good candidate from shadow to stable, one stage at a time', async () => {
  const folder = await starter();
  judgeAll(folder);
  const shares: unknown[] = [];
  for (const stage of ['shadow', 'canary-10', 'half', 'full']) {
    const { evidence } = await evaluate(folder);
    expect([evidence.stage.name, evidence.verdict.decision]).toEqual([stage, 'increase']);
    expect(await promote(folder)).toMatchObject({ exitCode: 0, stderr: '' });
    shares.push(registryOf(folder).traffic[candidate]);
  }
  expect(shares).toEqual([0, 0.1, 0.5, 1]);
  expect(registryOf(folder)).toMatchObject({
    revision: 4,
    aliases: { stable: candidate },
    versions: { '1.0.0': { status: 'archived' }, '1.1.0': { status: 'stable' } },
    rollouts: { [planName]: { entered: ['shadow', 'canary-10', 'half', 'full'] } },
  });
  expect(await statusOf(folder)).toMatchObject({ next: { why: 'Every stage was entered: 1.1.0 is stable.' } });
});

test('does exactly what the evidence said it would', async () => {
  const folder = await starter();
  const { evidence } = await evaluate(folder);
  await promote(folder);
  const { traffic, aliases } = evidence.registryChange;
  expect(registryOf(folder)).toMatchObject({ traffic, aliases, versions: { [candidate]: { status: 'shadow' } } });
  expect(evidence.registryChange).toMatchObject({
    action: 'enter',
    stage: 'shadow',
    status: { [candidate]: 'shadow' },
  });
});

test('records the evidence that it acted on', async () => {
  const folder = await starter();
  const { evidence } = await evaluate(folder);
  await promote(folder);
  const look = { stage: 'shadow', look: 1, verdict: 'increase', evidence: `sha256:${evidence.digest}` };
  expect(registryOf(folder)).toMatchObject({ rollouts: { [planName]: { looks: [look] } } });
});

test('of a hold exits 3, records the look and moves no traffic', async () => {
  const folder = await starter('held');
  expect((await promote(folder)).exitCode).toBe(3);
  expect(registryOf(folder)).toMatchObject({
    traffic: { '1.0.0': 1 },
    versions: { [candidate]: { status: 'registered' } },
    rollouts: { [planName]: { entered: [], looks: [{ verdict: 'hold' }] } },
  });
});

test('of a rollback exits 4 and takes the candidate out of traffic', async () => {
  const folder = await starter('at ten percent');
  editCandidate(folder, ({ latency_ms }) => ({ latency_ms: latency_ms ?? 1, error: 'model-error' }));
  await evaluate(folder);
  expect((await promote(folder)).exitCode).toBe(4);
  expect(registryOf(folder)).toMatchObject({
    aliases: { stable: '1.0.0' },
    traffic: { '1.0.0': 1 },
    versions: { '1.0.0': { status: 'stable' }, [candidate]: { status: 'rolled_back' } },
  });
});

test('--dry-run prints the change, exits 0 and writes nothing', async () => {
  const folder = await starter('evaluated');
  const before = treeOf(folder);
  const { exitCode, stdout } = await promote(folder, '--dry-run');
  expect(exitCode).toBe(0);
  expect(stdout).toContain('promote would enter stage shadow');
  expect(treeOf(folder)).toEqual(before);
});

test('--dry-run of a rollback exits 0 too, since it did what it was asked', async () => {
  const folder = await starter();
  edit(folder, plan, (text) => text.replace('max: 150ms', 'max: 50ms'));
  await evaluate(folder);
  expect(await promote(folder, '--dry-run', '--format', 'json')).toMatchObject({ exitCode: 0, stderr: '' });
});

test('--format json prints the registry before and after', async () => {
  const folder = await starter('evaluated');
  const { stdout } = await promote(folder, '--format', 'json');
  expect(JSON.parse(stdout)).toMatchObject({
    action: 'enter',
    verdict: 'increase',
    before: { revision: 0, status: { [candidate]: 'registered' } },
    after: { revision: 1, status: { [candidate]: 'shadow' } },
  });
});

test('accepts a log that has only grown since', async () => {
  const folder = await starter('evaluated');
  appendFileSync(join(folder, log), '{"a line that nobody has looked at":true}\n');
  expect(await promote(folder)).toMatchObject({ exitCode: 0, stderr: '' });
});

test('tells a log that is not here and goes on', async () => {
  const folder = await starter('evaluated');
  rmSync(join(folder, log));
  const { exitCode, stderr } = await promote(folder);
  expect(exitCode).toBe(0);
  expect(stderr).toBe('requests.jsonl is not here; it could not be compared with what was evaluated.\n');
});
