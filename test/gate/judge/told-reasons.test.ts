import { describe, expect, test } from 'vitest';
import { reviewPlan } from '../../../src/gate/review/review-plan.ts';
import { simulate } from '../../../src/gate/simulate/simulate.ts';
import { planText } from '../../../src/report/commands/plan-text.ts';
import { changesOf } from '../../../src/report/commands/waiting-text.ts';
import { type PlantedRecord, plantedRollout, planLines, seeded } from '../planted-log.ts';

const start = Date.parse('2026-11-01T00:00:00Z');
const lines = (guardrail: string) => [
  'requests: { source: log.jsonl }',
  'stages: [{ name: shadow, weight: 0 }, { name: full, weight: 1 }]',
  `guardrails: [${guardrail}]`,
];

/** Pairs in which a share of each version's requests fails; the first user makes a share of all requests. */
function logOf(requests: number, failing: readonly [number, number], bot = 0): PlantedRecord[] {
  const random = seeded(51);
  return Array.from({ length: requests }, (_, index) => {
    const outcome = (share: number) =>
      random() < share
        ? { error: 'crash', latency_ms: 40 }
        : { prediction: random() < 0.9 ? 'a' : 'b', latency_ms: 40 };
    return {
      request_id: `r${index}`,
      timestamp: start + Math.floor((index / requests) * 48 * 3_600_000),
      user_id: random() < bot ? 'bot' : `u${index}`,
      label: 'a',
      outcomes: { '1.0.0': outcome(failing[0]), '1.1.0': outcome(failing[1]) },
    };
  });
}

async function reasonOf(guardrail: string, records: readonly PlantedRecord[]) {
  const rollout = plantedRollout().write('log.jsonl', records);
  return (await rollout.evaluate(planLines(lines(guardrail)))).guardrails[0];
}

describe('a relative bound that waits', () => {
  const relative = '{ metric: error_rate, maxIncrease: 30% }';

  test('says that an absolute one can be judged where the baseline has no event', async () => {
    const result = await reasonOf(relative, logOf(3000, [0, 0]));
    expect(result?.status).toBe('uncomputable');
    expect(result?.reason).toContain('an absolute bound could be judged here, since it needs no baseline');
  });

  test('does not say so where an absolute one of the same width waits too', async () => {
    const result = await reasonOf(relative, logOf(3000, [0.02, 0.02]));
    expect(result?.status).toBe('inconclusive');
    expect(result?.reason).not.toContain('absolute bound');
  });
});

describe('what is needed', () => {
  test('is told as observed and for no change', async () => {
    const result = await reasonOf('{ metric: accuracy, maxDecrease: 2pp }', logOf(1500, [0, 0.005]));
    expect(result?.status).toBe('inconclusive');
    expect(result?.needed.unchanged?.units).toBeGreaterThan(1500);
    expect(result?.needed.unchanged?.units).not.toBe(result?.needed.units);
    expect(result?.reason).toMatch(
      /from [\d,]+ more users would decide it \([\d,]+ from [\d,]+ if nothing has changed\)/u,
    );
  });

  test('is no amount of data where one user makes most of the requests, and what to do is told', async () => {
    const result = await reasonOf('{ metric: accuracy, maxDecrease: 2pp }', logOf(3000, [0, 0], 0.4));
    expect(result).toMatchObject({ status: 'inconclusive', needed: { units: null, requests: null } });
    expect(result?.reason).toMatch(
      /make most of the requests, .* leave those users out \(requests\.where\) or count by another unit/u,
    );
    expect(result?.reason).not.toContain('would decide it');
  });
});

describe('a guardrail that waits for more than 90 days at the pace of its log', () => {
  const tight = '{ metric: accuracy, maxDecrease: 0.1pp }';

  test('says so, and what would be passed by then', async () => {
    const { reason } = (await reasonOf(tight, logOf(1500, [0, 0]))) ?? {};
    expect(reason).toMatch(
      /; at this log's pace an unchanged candidate waits about [\d,]+ days, but would pass max decrease 0\.\d+ pp within 90/u,
    );
    expect((await reasonOf('{ metric: accuracy, maxDecrease: 2pp }', logOf(1500, [0, 0])))?.reason).not.toContain(
      'pace',
    );
  });

  test('says to write a wider bound where it is on the own value of the candidate', async () => {
    const result = await reasonOf('{ metric: error_rate, max: 0.001% }', logOf(1500, [0, 0]));
    expect(result?.reason).toMatch(/; at this log's pace that takes about [\d,]+ days: write a wider bound/u);
  });

  test('is told by plan too, with its slowest segment', async () => {
    const records = logOf(1500, [0, 0]).map((record, index) => ({
      ...record,
      place: index % 40 === 0 ? 'few' : 'many',
    }));
    const rollout = plantedRollout().write('log.jsonl', records);
    const named = '{ metric: accuracy, maxDecrease: 0.3pp, segments: [place] }';
    rollout.plan(planLines([...lines(named).slice(1), 'requests: { source: log.jsonl, segments: { place: place } }']));
    const { review } = await reviewPlan(rollout.world, 'plan.yaml');
    const text = planText(review, { color: 0, columns: 160, unicode: true }).replaceAll(/\n\s+/gu, ' ');
    expect(text).toMatch(/a bound of 0\.\d+ pp would be passed within 90 days\./u);
    expect(text).toMatch(
      /: accuracy for place=few takes about [\d,]+ more days at this log's pace: judge coarser segments/u,
    );
  });
});

test('plan, evaluate and simulate agree on the data that is needed', async () => {
  const guardrail = '{ metric: accuracy, maxDecrease: 3pp }';
  const rollout = plantedRollout().write('log.jsonl', logOf(400, [0, 0]));
  const { guardrails } = await rollout.evaluate(planLines(lines(guardrail)));
  const { review } = await reviewPlan(rollout.world, 'plan.yaml');
  const [stage] = changesOf(review.guardrails[0]?.detectable ?? []);
  const needed = guardrails[0]?.needed.unchanged?.requests ?? 0;
  expect(needed).toBeGreaterThan(400);
  expect([stage?.requestsUntilPass, stage?.requestsByMethod?.sequential]).toEqual([needed, needed]);

  rollout.write('log.jsonl', logOf(needed, [0, 0]));
  rollout.plan({ stages: '[{ name: full, weight: 1 }]', statistics: `{ plannedUnits: 400 }` });
  const { outcomes } = await simulate(rollout.world, 'plan.yaml', { effects: [], runs: 40, looks: 1, seed: 2 });
  // A chance of 80% each: fewer than 25 or more than 38 of 40 would be one of a hundred.
  expect(outcomes.increase.count).toBeGreaterThanOrEqual(25);
  expect(outcomes.increase.count).toBeLessThanOrEqual(38);
});
