import { describe, expect, test } from 'vitest';
import type { CohortParity } from '../../../src/domain/cohort-parity.ts';
import { parityCheck } from '../../../src/verdict/checks/parity.ts';
import { exactShareChance } from '../../../src/stats/distances/exact-share.ts';
import { assignsRequests } from '../../../src/verdict/checks/served-users.ts';
import { sampleRatioCheck } from '../../../src/verdict/checks/sample-ratio.ts';

function cohorts(canary: number, stable: number) {
  return [
    { name: 'canary', units: canary, requests: 3 * canary },
    { name: 'stable', units: stable, requests: 3 * stable },
  ] as const;
}

const settings = { action: 'hold', alpha: 0.001 } as const;

describe('the sample ratio', () => {
  test('passes by what chance explains, and says both shares', () => {
    expect(sampleRatioCheck(settings, 0.05, cohorts(57, 943))).toEqual({
      name: 'sample ratio',
      status: 'pass',
      detail: '57 of 1,000 users are in the canary cohort, 5.7% where the weight says 5%: chance explains it',
    });
  });

  test('sees a loss of 2% of one cohort in 400,000 users', () => {
    expect(sampleRatioCheck(settings, 0.5, cohorts(196_000, 200_000)).status).toBe('hold');
    expect(sampleRatioCheck(settings, 0.5, cohorts(199_900, 200_100)).status).toBe('pass');
  });

  test('sees a gross mismatch in a few dozen users', () => {
    expect(sampleRatioCheck({ ...settings, action: 'warn' }, 0.5, cohorts(5, 55)).status).toBe('warn');
  });

  test.each([0, 1])('does not apply at a weight of %d, which never holds', (weight) => {
    expect(sampleRatioCheck(settings, weight, cohorts(0, 1000)).status).toBe('not-applicable');
  });

  test('of nobody is no pass', () => {
    expect(sampleRatioCheck(settings, 0.5, cohorts(0, 0)).status).toBe('hold');
  });

  test('is tested exactly where the log is judged once', () => {
    // Twice the upper tail of 1,200 or more of 2,200 fair coins.
    expect(exactShareChance(1000, 1200, 0.5)).toBeCloseTo(2.19e-5, 6);
    expect(exactShareChance(5, 5, 0.5)).toBe(1);
    expect(sampleRatioCheck(settings, 0.5, cohorts(1000, 1200), { inference: 'fixed' }).status).toBe('hold');
    expect(sampleRatioCheck(settings, 0.5, cohorts(1080, 1120), { inference: 'fixed' })).toMatchObject({
      status: 'pass',
      detail: expect.stringMatching(/: chance explains it$/u),
    });
  });

  test('is one of requests only where most users met both versions', () => {
    expect(assignsRequests(1001, 2000)).toBe(true);
    expect(assignsRequests(999, 2000)).toBe(false);
  });

  test('says that chance explains it only where it does', () => {
    const odd = sampleRatioCheck(settings, 0.5, cohorts(1040, 1160));
    expect(odd.status).toBe('pass');
    expect(odd.detail).toContain('of single looks, which is odd but not proof');
  });
});

const alike: CohortParity = {
  numbers: [{ what: 'requests per user', unit: 'number', canary: 3, stable: 3.1, low: -0.5, high: 0.3 }],
  incomparable: [],
  mixes: [],
  alphaEach: 0.0002,
};

describe('parity', () => {
  test('names the number that differs, with both values', () => {
    const numbers = [
      { what: 'baseline accuracy', unit: 'proportion', canary: 0.8, stable: 0.91, low: -0.15, high: -0.07 },
    ] as const;
    expect(parityCheck('warn', { ...alike, numbers })).toEqual({
      name: 'parity',
      status: 'warn',
      detail:
        'the cohorts differ although the candidate has no part in it: baseline accuracy 80.00% on the canary cohort and 91.00% on the stable one (-11.00 pp)',
    });
  });

  test('names the segment that says most', () => {
    const most = { value: 'ios', canary: 60, stable: 200 };
    const mixes = [
      { dimension: 'device', pValue: 1e-6, most, assigned: 'units' as const, canaryUnits: 100, stableUnits: 900 },
    ];
    expect(parityCheck('hold', { ...alike, mixes }).detail).toContain(
      "device=ios is 60% of the canary's users and 22.2% of the stable ones (60 and 200)",
    );
  });

  test('does not apply where nothing could be compared, and says why', () => {
    const incomparable = [{ what: 'baseline accuracy', reason: 'no label' }];
    expect(parityCheck('hold', { ...alike, numbers: [], incomparable })).toEqual({
      name: 'parity',
      status: 'not-applicable',
      detail: 'nothing could be compared: baseline accuracy (no label)',
    });
    expect(parityCheck('hold', undefined).status).toBe('not-applicable');
  });
});
