import { describe, expect, test } from 'vitest';
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
    expect(result?.reason).toContain('an absolute bound could be judged here, since it is relative to nothing');
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
      /by [\d,]+ more units would decide it, about [\d,]+ by [\d,]+ were there no change/u,
    );
  });

  test('is no amount of data where one user makes most of the requests, and what to do is told', async () => {
    const result = await reasonOf('{ metric: accuracy, maxDecrease: 2pp }', logOf(3000, [0, 0], 0.4));
    expect(result).toMatchObject({ status: 'inconclusive', needed: { units: null, requests: null } });
    expect(result?.reason).toMatch(
      /make most of the requests, .* leave those out \(requests\.where\) or count by another unit/u,
    );
    expect(result?.reason).not.toContain('would decide it');
  });
});
