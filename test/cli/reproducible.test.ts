import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from './harness.ts';
import { shippedRollouts } from './shipped.ts';
import { edit, editRecords, evaluate, plan, planName, starter } from './starter.ts';
import { isWhole } from '../fixtures/tiers.ts';

const atOneTime = { env: { SOURCE_DATE_EPOCH: '1764547200' } };

describe('recorded outcomes', () => {
  test('give byte-identical evidence when looked at again', async () => {
    const folder = await starter();
    const first = await evaluate(folder, [], atOneTime);
    expect((await evaluate(folder, [], atOneTime)).stdout).toBe(first.stdout);
    expect(first.evidence.createdAt).toBe('2025-12-01T00:00:00.000Z');
  });

  test('give byte-identical evidence when everything that was kept is gone', async () => {
    const folder = await starter();
    const first = await evaluate(folder, [], atOneTime);
    rmSync(join(folder, '.canary'), { recursive: true });
    expect((await evaluate(folder, [], atOneTime)).stdout).toBe(first.stdout);
  });

  test('give byte-identical evidence in another folder', async () => {
    const [first, second] = [await starter(), await starter()];
    expect((await evaluate(first, [], atOneTime)).stdout).toBe((await evaluate(second, [], atOneTime)).stdout);
  });

  test('give the same look again at another time, and differ in the time alone', async () => {
    const folder = await starter();
    const first = await evaluate(folder, [], atOneTime);
    const later = await evaluate(folder, [], { env: { SOURCE_DATE_EPOCH: '1764633600' } });
    const { createdAt: _at, digest: _digest, ...same } = first.evidence;
    expect(later.evidence).toMatchObject(same);
    expect(later.evidence.createdAt).toBe('2025-12-02T00:00:00.000Z');
    expect(existsSync(join(folder, '.canary', planName, 'shadow', 'look-2.json'))).toBe(false);
  });
});

describe('looks', () => {
  test('at a log that has grown are numbered within a series', async () => {
    const folder = await starter();
    const log = readFileSync(join(folder, 'requests.jsonl'), 'utf8');
    editRecords(folder, (record, index) => (index < 1200 ? record : undefined));
    await evaluate(folder);
    writeFileSync(join(folder, 'requests.jsonl'), log);
    const { evidence } = await evaluate(folder);
    expect(evidence.stage).toMatchObject({ look: 2, series: 1 });
  });

  test('at a log that has changed start a new series', async () => {
    const folder = await starter('evaluated');
    editRecords(folder, (record, index) => (index === 0 ? undefined : record));
    const { evidence, stderr } = await evaluate(folder);
    expect(evidence.stage).toMatchObject({ look: 2, series: 2 });
    expect(stderr).toContain('requests.jsonl no longer contains what it held at the last look');
  });

  test('of a plan that has changed start a new series', async () => {
    const folder = await starter('evaluated');
    edit(folder, plan, (text) => text.replace('max: 150ms', 'max: 160ms'));
    const { evidence, stderr } = await evaluate(folder);
    expect(evidence.stage).toMatchObject({ look: 2, series: 2 });
    expect(stderr).toContain('the plan changed since the last look');
  });
});

describe('replayed outcomes', () => {
  const file = join('rollouts', 'intent-1.5.0.yaml');
  const models = join('fixtures', 'registry', 'models', 'intent-classifier');

  test.runIf(isWhole)('that are kept give byte-identical evidence without the models', async () => {
    const folder = shippedRollouts();
    edit(folder, file, (text) => text.replace('seed: 7', 'seed: 7, latencyRequests: 1000'));
    const evaluateJson = () => run(['evaluate', file, '--format', 'json'], { cwd: folder, ...atOneTime });
    const first = await evaluateJson();
    expect(first.exitCode).toBe(0);
    for (const version of ['1.4.2', '1.5.0']) truncateSync(join(folder, models, version, 'weights.bin'));
    expect(await evaluateJson()).toEqual(first);
    // The models are needed as soon as outcomes are missing, and then they are not what they were.
    const fresh = await run(['evaluate', file, '--fresh'], { cwd: folder });
    expect(fresh).toMatchObject({ exitCode: 5, stdout: '' });
    expect(fresh.stderr).toContain('is not the one in the registry');
  });
});
