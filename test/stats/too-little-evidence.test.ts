import { describe, expect, it } from 'vitest';
import { interval } from '../../src/stats/bounds/confidence-bound.ts';
import { intervalOf, linearized, pairs, repeat, sample } from './samples.ts';
import { pairedDifference, pairedRelativeDifference, servedDifference } from './in-memory.ts';

const settings = (inference: 'fixed' | 'sequential') =>
  ({ alphaLower: 0.0025, alphaUpper: 0.05, inference, plannedUnits: 1000 }) as const;

describe.each(['fixed', 'sequential'] as const)('with %s inference', (inference) => {
  it('100 identical pairs do not prove a rise of less than 2 points', () => {
    const found = linearized(
      pairedDifference(pairs(repeat(1, 100), repeat(0, 100), repeat(0, 100)), { zeroOne: true }),
    );
    expect(intervalOf(interval(found, settings(inference))).high).toBeGreaterThan(0.02);
  });

  it('20,000 identical pairs do', () => {
    const none = repeat(0, 2000);
    const found = linearized(pairedDifference(pairs(repeat(10, 2000), none, none), { zeroOne: true }));
    expect(intervalOf(interval(found, settings(inference))).high).toBeLessThan(0.02);
  });

  it('identical pairs of 40 users, 125 requests each, do not', () => {
    const none = repeat(0, 40);
    const found = linearized(pairedDifference(pairs(repeat(125, 40), none, none), { zeroOne: true }));
    expect(intervalOf(interval(found, settings(inference))).high).toBeGreaterThan(0.05);
  });

  it('two groups of 60 without an event do not prove a rise of less than 5 points', () => {
    const group = sample(repeat(1, 60), repeat(0, 60));
    const found = linearized(servedDifference(group, group, { zeroOne: true }));
    expect(intervalOf(interval(found, settings(inference))).high).toBeGreaterThan(0.05);
  });

  it('one user with 5,000 requests beside 200 light ones is not evidence', () => {
    const requests = [5000, ...repeat(1, 200)];
    const latency = requests.map((count, unit) => count * (40 + (unit % 7)));
    const slower = latency.map((sum, unit) => sum + (unit % 3));
    const found = linearized(pairedDifference(pairs(requests, latency, slower)));
    expect(interval(found, settings(inference))).toMatchObject({ kind: 'refused' });
  });

  it('a relative rise over five baseline errors is refused', () => {
    const errors = [...repeat(1, 5), ...repeat(0, 995)];
    const found = linearized(pairedRelativeDifference(pairs(repeat(1, 1000), errors, errors), { zeroOne: true }));
    expect(interval(found, settings(inference))).toMatchObject({ kind: 'refused' });
  });
});
