import { describe, expect, test } from 'vitest';
import { blockedChange, blockErrors } from '../../../src/stats/estimates/hour-blocks.ts';
import { type PlantedRecord, plantedRollout, planLines, seeded } from '../planted-log.ts';

const start = Date.parse('2026-11-01T00:00:00Z');
const plan = (metric: string) => [
  'requests: { source: log.jsonl }',
  'stages: [{ name: shadow, weight: 0 }, { name: full, weight: 1 }]',
  'replay: { latency: recorded }',
  `guardrails: [{ metric: ${metric}, maxIncrease: 5% }]`,
];

function timeOf(random: () => number): number {
  return 40 * Math.exp(0.3 * (random() + random() + random() - 1.5));
}

/** Pairs of one user each, evenly over so many hours; the candidate is slower by the factor of its hour. */
function logOf(requests: number, hours: number, factorOf: (hour: number) => number): PlantedRecord[] {
  const random = seeded(41);
  return Array.from({ length: requests }, (_, index) => {
    const at = ((index + 0.5) / requests) * hours;
    return {
      request_id: `r${index}`,
      timestamp: start + Math.floor(at * 3_600_000),
      user_id: `u${index}`,
      outcomes: {
        '1.0.0': { prediction: 'a', latency_ms: timeOf(random) },
        '1.1.0': { prediction: 'a', latency_ms: timeOf(random) * factorOf(Math.floor(at)) },
      },
    };
  });
}

async function judged(metric: string, records: readonly PlantedRecord[]) {
  const rollout = plantedRollout().write('log.jsonl', records);
  return (await rollout.evaluate(planLines(plan(metric)))).guardrails[0];
}

describe.each(['latency.mean', 'latency.p95'])('recorded times: %s', (metric) => {
  test('a candidate that is slower in every hour is beyond its bound', async () => {
    expect(
      await judged(
        metric,
        logOf(12_000, 48, () => 1.25),
      ),
    ).toMatchObject({ status: 'breach' });
  });

  test('one whose pods were slow for a few hours in a row is not proven to be', async () => {
    const result = await judged(
      metric,
      logOf(12_000, 48, (hour) => (hour >= 20 && hour < 25 ? 3 : 1)),
    );
    expect(result?.status).toBe('inconclusive');
    expect(result?.reason).toMatch(
      /inconclusive, since with its 48 hours as blocks it is at best .*, so a few slow hours may be all of it$/u,
    );
  });

  test('less than ten hours prove no breach', async () => {
    const result = await judged(
      metric,
      logOf(6000, 6, () => 1.25),
    );
    expect(result?.status).toBe('inconclusive');
    expect(result?.reason).toContain('6 of the 10 hours that are needed have requests');
  });
});

describe('hours as blocks', () => {
  test('have errors that add up to nothing, each in proportion to its requests', () => {
    const errors = blockErrors({ requests: Float64Array.of(1, 3), sum: Float64Array.of(4, 0) });
    expect([...errors]).toEqual([0.75, -0.75]);
  });

  test('widen by how much an hour resembles the one before', () => {
    const alternating = blockedChange(Float64Array.from({ length: 40 }, (_, hour) => (hour % 2 === 0 ? 1 : -1)));
    const together = blockedChange(Float64Array.from({ length: 40 }, (_, hour) => (hour % 20 < 10 ? 1 : -1)));
    if (alternating.kind !== 'blocked' || together.kind !== 'blocked') throw new Error('there are enough hours');
    // Without correlation only the correction of a short series is left, which a negative one takes away.
    expect(alternating.standardError).toBeCloseTo(Math.sqrt((40 / 39) * 40), 12);
    expect(together.standardError).toBeGreaterThan(3 * alternating.standardError);
    expect(together.degreesOfFreedom).toBeLessThan(10);
  });

  test('keep a breach from healthy logs with shocks of an hour that hit one version in at most 5%', () => {
    const random = seeded(43);
    const logs = 400;
    let alarms = 0;
    for (let log = 0; log < logs; log += 1) {
      const errors = Float64Array.from({ length: 72 }, () => random() + random() + random() - 1.5);
      const sum = errors.reduce((all, error) => all + error, 0);
      const blocked = blockedChange(errors.map((error) => error - sum / 72));
      if (blocked.kind === 'blocked' && sum > 1.67 * blocked.standardError) alarms += 1;
    }
    expect(alarms).toBeLessThanOrEqual(0.05 * logs);
  });
});
