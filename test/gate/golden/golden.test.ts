import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Evidence } from '../../../src/domain/evidence.ts';
import type { Artifact } from '../../../src/domain/registry.ts';
import { evaluate } from '../../../src/gate/evaluate/evaluate.ts';
import type { World } from '../../../src/gate/world.ts';
import { worldAt } from '../world-at.ts';
import { type GoldenRollout, goldenRollout, linesOf, spoken } from './golden-rollout.ts';

const modelHost = fileURLToPath(new URL('../../../bin/model-host.js', import.meta.url));

function world(folder: string, changes: Partial<World> = {}): World {
  return worldAt(folder, { modelHost, ...changes });
}

function golden(id: string, said: string | number, label: string | number, more: object = {}) {
  return { request_id: id, input: `say ${said}`, label, ...more };
}

function recorded(id: string, prediction: string, label: string) {
  return golden(id, prediction, label, { outcomes: { '1.1.0': { prediction } } });
}

async function evidenceOf(rollout: GoldenRollout): Promise<Evidence> {
  const folder = goldenRollout(rollout);
  return (await evaluate(world(folder), 'plan.yaml', {})).evidence;
}

async function found(rollout: GoldenRollout): Promise<{ decision: string; status: unknown; detail: unknown }> {
  const { verdict, checks } = await evidenceOf(rollout);
  const check = checks.find(({ name }) => name === 'golden');
  return { decision: verdict.decision, status: check?.status, detail: check?.detail };
}

describe('a candidate that a program computes', () => {
  test('increases where it answers every golden request right', async () => {
    const requests = [golden('g1', 'a', 'a'), golden('g2', 'b', 'b')];
    expect(await found({ candidate: spoken, golden: requests })).toEqual({
      decision: 'increase',
      status: 'pass',
      detail: '1.1.0 answered all of 2 golden requests right',
    });
  });

  test('holds for one wrong answer, one answer that is not a label, one error and one timeout', async () => {
    const requests = [
      golden('right', 'a', 'a'),
      golden('wrong', 'b', 'a'),
      golden('other', 'c', 'a'),
      golden('failed', 'fail', 'a'),
      golden('hung', 'hang', 'b'),
    ];
    const { decision, detail } = await found({ candidate: spoken, golden: requests });
    expect(decision).toBe('hold');
    expect(detail).toBe(
      '1.1.0 answered 4 of 5 golden requests wrong: wrong (b, right is a), other (error bad-label, right is a), ' +
        'failed (error model-error, right is a), hung (error timeout, right is b)',
    );
  });

  test('is told as the reason of the verdict, at the line of the plan that asked for it', async () => {
    const folder = goldenRollout({ candidate: spoken, golden: [golden('g1', 'b', 'a')] });
    const { evidence, findings } = await evaluate(world(folder), 'plan.yaml', {});
    const told = '1.1.0 answered 1 of 1 golden request wrong: g1 (b, right is a)';
    expect(evidence.verdict.reasons).toEqual([told]);
    expect(findings).toMatchObject([{ rule: 'check golden', line: 12, message: `golden: ${told}` }]);
  });

  test('only warns where the plan says so', async () => {
    const more = 'golden: golden.jsonl\nchecks: { golden: warn }';
    expect(await found({ candidate: spoken, golden: [golden('g1', 'b', 'a')], more })).toMatchObject({
      decision: 'increase',
      status: 'warn',
    });
  });

  test('is asked too where the log is a live split, which replays nothing', async () => {
    const rollout = { candidate: spoken, golden: [golden('g1', 'b', 'a')] };
    const folder = goldenRollout({
      ...rollout,
      requests: '{ source: log.jsonl, fields: { servedBy: served_by } }',
    });
    const log = join(folder, 'log.jsonl');
    const served = linesOf(
      readFileSync(log, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line, index) => ({
          ...JSON.parse(line),
          served_by: index % 2 === 0 ? '1.0.0' : '1.1.0',
          prediction: 'a',
          error: null,
          latency_ms: 1,
        })),
    );
    writeFileSync(log, served);
    const { evidence } = await evaluate(world(folder), 'plan.yaml', {});
    expect(evidence.checks.at(-1)).toMatchObject({ name: 'golden', status: 'hold' });
  });

  test('is asked too where the plan is judged on numbers', async () => {
    const requests = `{ format: aggregates, numbers: [
      { metric: error_rate, version: 1.0.0, value: 1%, count: 100000, units: 50000 },
      { metric: error_rate, version: 1.1.0, value: 1%, count: 100000, units: 50000 }] }`;
    const right = { candidate: spoken, requests, golden: [golden('g1', 'a', 'a')] };
    expect(await found(right)).toMatchObject({ decision: 'increase', status: 'pass' });
    expect(await found({ ...right, golden: [golden('g1', 'b', 'a')] })).toMatchObject({ decision: 'hold' });
  });

  test('is asked in the labels that the versions are compared in', async () => {
    const compat = { labels: { b: 'a' } };
    const requests = [golden('g1', 'b', 'a')];
    expect(await found({ candidate: spoken, compat, golden: requests })).toMatchObject({ status: 'pass' });
  });

  test('answers numbers within each record’s own tolerance', async () => {
    const requests = [
      golden('exact', 3, 3),
      golden('near', 3, 3.4, { tolerance: 0.5 }),
      golden('far', 3, 3.4, { tolerance: 0.1 }),
    ];
    const artifact: Artifact = { runtime: 'command', command: ['node', 'numbers.mjs'] };
    const folder = goldenRollout({ candidate: artifact, output: { kind: 'regression' }, golden: requests });
    const program = readFileSync(join(folder, 'registry/model.mjs'), 'utf8');
    writeFileSync(
      join(folder, 'registry/numbers.mjs'),
      program.replace('prediction: said', 'prediction: Number(said)'),
    );
    const { evidence } = await evaluate(world(folder), 'plan.yaml', {});
    expect(evidence.checks.at(-1)).toEqual({
      name: 'golden',
      status: 'hold',
      detail: '1.1.0 answered 1 of 3 golden requests wrong: far (3, right is 3.4 within 0.1)',
    });
  });

  test('is not asked again, unless the requests are others or it is to be', async () => {
    const folder = goldenRollout({ candidate: spoken, golden: [golden('g1', 'a', 'a')] });
    const program = join(folder, 'registry/model.mjs');
    const judged = async (fresh: boolean) =>
      (await evaluate(world(folder), 'plan.yaml', { fresh })).evidence.checks.at(-1);
    const before = await judged(false);
    expect(before?.status).toBe('pass');
    // From now on every word is b; its registry entry, and so its identity, is the same.
    writeFileSync(program, readFileSync(program, 'utf8').replace('prediction: said', "prediction: 'b'"));
    expect(await judged(false)).toEqual(before);
    writeFileSync(join(folder, 'golden.jsonl'), linesOf([golden('g1', 'a', 'b')]));
    expect((await judged(false))?.detail).toContain('g1 (a, right is b)');
    writeFileSync(join(folder, 'golden.jsonl'), linesOf([golden('g1', 'a', 'a')]));
    expect((await judged(true))?.detail).toContain('g1 (b, right is a)');
  });
});

describe('a candidate whose outcomes are recorded', () => {
  test('holds where the golden requests have no outcome of it', async () => {
    expect(await found({ golden: [golden('g1', 'a', 'a'), golden('g2', 'a', 'a')] })).toEqual({
      decision: 'hold',
      status: 'hold',
      detail: '1.1.0 cannot be run, and 2 of 2 golden requests have no recorded outcome of it: g1, g2',
    });
  });

  test('is judged on the outcomes in the golden file', async () => {
    expect(await found({ golden: [recorded('g1', 'a', 'a')] })).toMatchObject({ decision: 'increase', status: 'pass' });
    expect(await found({ golden: [recorded('g1', 'a', 'a'), recorded('g2', 'b', 'a')] })).toMatchObject({
      decision: 'hold',
      detail: '1.1.0 answered 1 of 2 golden requests wrong: g2 (b, right is a)',
    });
  });

  test('another version’s outcome is none of it', async () => {
    const record = golden('g1', 'a', 'a', { outcomes: { '1.0.0': { prediction: 'a' } } });
    expect(await found({ golden: [record] })).toMatchObject({ decision: 'hold', status: 'hold' });
  });
});
