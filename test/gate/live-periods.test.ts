import { describe, expect, test } from 'vitest';
import type { Evidence } from '../../src/domain/evidence.ts';
import { run } from '../cli/harness.ts';
import { type PlanKeys, TestRollout } from '../fixtures/test-rollout.ts';
import { checkOf } from './planted-log.ts';
import { servedDay } from './served-day.ts';

const served = '{ servedBy: served_by }';
const hour = 3_600_000;

const friday = Date.UTC(2026, 10, 6);
const saturday = friday + 24 * hour;
const stages = '[{ name: canary-1, weight: 1% }, { name: half, weight: 50% }, { name: full, weight: 1 }]';
const ramp = `[{ from: ${new Date(friday).toISOString()}, weight: 1% }, { from: ${new Date(saturday).toISOString()}, weight: 50% }]`;

function rampRollout(better: boolean, keys: PlanKeys = {}): TestRollout {
  // Conversions of the published paradox, ten times as frequent: better on each day, and worse over both.
  const low = better ? '1.0.0' : '1.1.0';
  const rates = (worse: number, good: number) => ({ '1.0.0': good, '1.1.0': good, [low]: worse });
  const log = [
    ...servedDay({ from: friday, users: 40_000, weight: 0.01, right: rates(0.202, 0.26) }),
    ...servedDay({ from: saturday, users: 40_000, weight: 0.5, right: rates(0.1, 0.13) }),
  ];
  return new TestRollout({
    plan: {
      requests: `{ source: log.jsonl, fields: ${served}, weights: ${ramp} }`,
      stages,
      guardrails: '[{ metric: accuracy, maxDecrease: 1pp }]',
      ...keys,
    },
    files: { 'log.jsonl': log },
  });
}

function ofAccuracy(evidence: Evidence) {
  return evidence.guardrails.find(({ metric }) => metric === 'accuracy');
}

describe('a ramp within one log', () => {
  test('does not roll back a candidate that is better on each day and worse over both', async () => {
    const evidence = await rampRollout(true).evaluate({}, { stage: 'full' });
    expect(ofAccuracy(evidence)).toMatchObject({ status: 'pass' });
    expect(evidence.verdict.decision).toBe('increase');
    expect(checkOf(evidence, 'periods').detail).toContain('in force is 50% since 2026-11-07T00:00:00.000Z');
  });

  test('does not increase one that is worse on each day and better over both', async () => {
    const evidence = await rampRollout(false).evaluate({}, { stage: 'full' });
    expect(evidence.verdict.decision).toBe('rollback');
  });
});

test('a breach counts over all periods where no single one shows it', async () => {
  const right = { '1.0.0': 0.9, '1.1.0': 0.862 };
  const starts = [0, 1, 2, 3].map((index) => friday + index * 24 * hour);
  const log = starts.flatMap((from, index) => servedDay({ from, users: 3000, weight: 0.2 + index / 100, right }));
  const weights = starts.map((from, index) => `{ from: ${new Date(from).toISOString()}, weight: ${20 + index}% }`);
  const rollout = new TestRollout({
    plan: {
      requests: `{ source: log.jsonl, fields: ${served}, weights: [${weights.join(', ')}] }`,
      guardrails: '[{ metric: accuracy, maxDecrease: 0.1pp }]',
      stages: '[{ name: canary, weight: 20% }, { name: full, weight: 1 }]',
    },
    files: { 'log.jsonl': log },
  });
  const evidence = await rollout.evaluate({}, { stage: 'full' });
  expect(ofAccuracy(evidence)).toMatchObject({
    status: 'breach',
    reason: expect.stringContaining('over all 4 periods'),
  });
  expect(evidence.statistics.tests).toBe(2);
});

test('what is answered while a change is on its way to the router is of neither period', async () => {
  const right = { '1.0.0': 0.9, '1.1.0': 0.9 };
  const rollout = new TestRollout({
    plan: {
      requests: `{ source: log.jsonl, fields: ${served} }`,
      stages: '[{ name: canary-5, weight: 5% }, { name: full, weight: 1 }]',
      apply: '["false"]',
    },
    files: { 'log.jsonl': servedDay({ from: friday, users: 20_000, weight: 0.05, right }) },
  });
  const cwd = rollout.folder;
  const begin = ['promote', 'plan.yaml', '--override', 'increase', '--by', 'ana', '--reason', 'first percent'];
  const at = (time: number) => ({ cwd, env: { SOURCE_DATE_EPOCH: String(time / 1000) } });
  // The command failed and yet gave it some users; an hour later it was through.
  expect((await run(begin, at(friday))).exitCode).toBe(5);
  rollout.plan({ apply: '["true"]' });
  expect((await run(['apply', 'plan.yaml'], at(friday + hour))).exitCode).toBe(0);
  const evidence = await rollout.evaluate();
  expect(checkOf(evidence, 'periods')).toEqual({
    name: 'periods',
    status: 'pass',
    detail: 'in force is 5% since 2026-11-06T01:00:00.000Z (19,097 requests); 903 left out while a weight settled',
  });
});
