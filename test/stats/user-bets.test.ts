import { describe, expect, test } from 'vitest';
import { logBetEvidence } from '../../src/stats/bounds/user-bets.ts';
import { userTally } from '../../src/stats/sums/user-tally.ts';
import { seeded } from '../gate/planted-log.ts';

/** Users with 1 to 5 requests, most with few; a baseline right 86% of the time, and a candidate that loses a share of what it got right. */
function drawUsers(random: () => number, users: number, lost: number) {
  const requests = Float64Array.from({ length: users }, () => 1 + Math.floor(5 * random() ** 3));
  const baseline = requests.map((count) => count - binomial(random, count, 0.14));
  const candidate = baseline.map((right) => right - binomial(random, right, lost));
  return { requests, baseline, candidate };
}

function binomial(random: () => number, trials: number, share: number): number {
  let events = 0;
  for (let trial = 0; trial < trials; trial += 1) if (random() < share) events += 1;
  return events;
}

describe('bets on users', () => {
  test('are one to one without a user, or before one has a request', () => {
    expect(logBetEvidence([], 1, 0.05, 'request')).toBe(0);
    expect(logBetEvidence(userTally(new Float64Array(2), new Float64Array(2), new Float64Array(2)), 1, 0, 'user')).toBe(
      0,
    );
  });

  test('of one user who loses the one request are won by half of the stake on average', () => {
    // The mean of 1 + lambda over 40 stakes from 0.02 to 0.98, whose mean is one half.
    expect(logBetEvidence([{ requests: 1, change: -1, users: 1 }], -1, 0, 'request')).toBeCloseTo(Math.log(1.5), 12);
  });

  test('count a gain against a loss, and the same change as harm or good by the sign', () => {
    const even = [
      { requests: 1, change: -1, users: 10 },
      { requests: 1, change: 1, users: 10 },
    ];
    expect(logBetEvidence(even, -1, 0, 'request')).toBeLessThan(0);
    expect(logBetEvidence([{ requests: 2, change: 2, users: 9 }], -1, 0, 'request')).toBeLessThan(0);
    expect(logBetEvidence([{ requests: 2, change: 2, users: 9 }], 1, 0, 'request')).toBeGreaterThan(3);
  });

  test('sort users that are alike together, in an order that does not depend on theirs', () => {
    const one = userTally(Float64Array.of(1, 3, 1, 0), Float64Array.of(1, 3, 1, 0), Float64Array.of(0, 3, 0, 0));
    expect(one).toEqual([
      { requests: 1, change: -1, users: 2 },
      { requests: 3, change: 0, users: 1 },
    ]);
    expect(userTally(Float64Array.of(3, 1, 1), Float64Array.of(3, 1, 1), Float64Array.of(3, 0, 0))).toEqual(one);
  });

  test.each(['request', 'user'] as const)('by %s reach 20 to 1 in at most 5% of growing logs on the bound', (per) => {
    const random = seeded(17);
    const logs = 600;
    let alarms = 0;
    for (let log = 0; log < logs; log += 1) {
      // Nothing is gained, so that 14% and a share of 0.05 / 0.86 of the rest lie on a bound of 5 pp.
      const { requests, baseline, candidate } = drawUsers(random, 200, 0.05 / 0.86);
      const looks = Array.from({ length: 20 }, (_, look) => 10 * (look + 1));
      const reached = looks.some((users) => {
        const tally = userTally(requests.slice(0, users), baseline.slice(0, users), candidate.slice(0, users));
        return logBetEvidence(tally, -1, 0.05, per) >= Math.log(20);
      });
      if (reached) alarms += 1;
    }
    expect(alarms).toBeLessThanOrEqual(0.05 * logs);
  });
});
