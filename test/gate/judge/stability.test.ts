import { describe, expect, test } from 'vitest';
import { laterParts } from '../../../src/gate/judge/read-stability.ts';
import { checkOf, type PlantedRecord, plantedRollout, planLines, seeded } from '../planted-log.ts';

const start = Date.parse('2026-11-01T00:00:00Z');
const hour = 3_600_000;
const plan = [
  'requests: { source: log.jsonl }',
  'stages: [{ name: shadow, weight: 0 }, { name: full, weight: 1 }]',
  'guardrails: [{ metric: accuracy, maxDecrease: 4pp }]',
];

/** Pairs of one user each over five days; of the last days some, the candidate loses a share of what the baseline gets right. */
function logOf(requests: number, lastDays: number, lost: number): PlantedRecord[] {
  const random = seeded(31);
  return Array.from({ length: requests }, (_, index) => {
    const at = Math.floor((index / requests) * 120 * hour);
    const isRight = random() < 0.9;
    const isLost = at >= (5 - lastDays) * 24 * hour && random() < lost;
    return {
      request_id: `r${index}`,
      timestamp: start + at,
      user_id: `u${index}`,
      label: 'a',
      outcomes: {
        '1.0.0': { prediction: isRight ? 'a' : 'b', latency_ms: 40 },
        '1.1.0': { prediction: isRight && !isLost ? 'a' : 'b', latency_ms: 40 },
      },
    };
  });
}

describe('a candidate that passes on the whole log', () => {
  let rollout: ReturnType<typeof plantedRollout>;

  test('and is far beyond the bound on its last day is held', async () => {
    rollout = plantedRollout().write('log.jsonl', logOf(10_000, 1, 0.14));
    const evidence = await rollout.evaluate(planLines(plan));
    expect(evidence.guardrails.map(({ status }) => status)).toEqual(['pass']);
    expect(checkOf(evidence, 'stability')).toMatchObject({
      status: 'hold',
      detail: expect.stringMatching(/on the last day of the log alone accuracy changed by -1\d\.\d+ pp/u),
    });
    expect(evidence.verdict.decision).toBe('hold');
    const warned = await rollout.evaluate(planLines([...plan, 'checks: { stability: warn }']));
    expect(warned.verdict.decision).toBe('increase');
  });

  test('and does so on all of its days increases', async () => {
    rollout = plantedRollout().write('log.jsonl', logOf(10_000, 5, 0.02));
    const evidence = await rollout.evaluate(planLines(plan));
    expect(checkOf(evidence, 'stability')).toMatchObject({ status: 'pass' });
    expect(evidence.verdict.decision).toBe('increase');
  });

  test('of which nothing passes is not asked', async () => {
    rollout = plantedRollout().write('log.jsonl', logOf(4000, 5, 0.3));
    expect(checkOf(await rollout.evaluate(planLines(plan)), 'stability').status).toBe('not-applicable');
  });
});

function spanOf(hours: number) {
  return { first: new Date(start).toISOString(), last: new Date(start + hours * hour).toISOString() };
}

test('the later parts are the second half, and the last day of a log of two', () => {
  expect(laterParts(spanOf(10)).map(({ from }) => (from - start) / hour)).toEqual([5]);
  expect(laterParts(spanOf(72)).map(({ from }) => (from - start) / hour)).toEqual([36, 48]);
  expect(laterParts(spanOf(0))).toEqual([]);
  expect(laterParts({ first: null, last: null })).toEqual([]);
});
