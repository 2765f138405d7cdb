import { describe, expect, test } from 'vitest';
import { parseMetric } from '../../src/domain/metric.ts';
import type { Guardrail } from '../../src/domain/plan.ts';
import { nextLook } from '../../src/gate/look/next-look.ts';
import { plannedTests, rollbackTests, segmentDivisor, testsOfSegment } from '../../src/verdict/guardrail-tests.ts';

function guardrail(settings: Partial<Guardrail>): Guardrail {
  const metric = parseMetric('accuracy');
  if (metric === undefined) throw new Error('accuracy is a metric');
  const bound = { kind: 'maxDecrease', value: 0.01, relative: false } as const;
  return { metric, bounds: [bound], segments: [], onBreach: 'rollback', test: 'interval', ...settings };
}

/** How many tests share alpha, where each dimension has two values. */
function testsOf(guardrails: readonly Guardrail[]): number {
  return rollbackTests(plannedTests(guardrails, () => ['a', 'b']));
}

const automatic = guardrail({ autoSegments: true });

describe('the level of segments: auto', () => {
  test('is shared by any number of segments and never more than one test has', () => {
    const shares = Array.from({ length: 10_000 }, (_, index) => 1 / segmentDivisor(index + 1));
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThan(1);
    expect(segmentDivisor(1)).toBe(2);
  });

  test('is one more of the tests that share alpha, for each bound that could roll back', () => {
    // The whole, the intervals of its segments, and the bets on their users; a relative bound takes no bets.
    expect(testsOf([automatic])).toBe(3);
    expect(
      testsOf([guardrail({ autoSegments: true, bounds: [{ kind: 'maxDecrease', value: 0.01, relative: true }] })]),
    ).toBe(2);
    // The whole, its two values, and one more that values of later looks share.
    expect(testsOf([guardrail({ segments: ['locale'] })])).toBe(4);
    expect(testsOf([guardrail({ autoSegments: true, onBreach: 'hold' })])).toBe(1);
    expect(testsOf([guardrail({}), guardrail({ segments: ['locale'], onBreach: 'report' })])).toBe(1);
  });

  test('is spent on every bound that says auto', () => {
    expect(testsOfSegment([automatic, guardrail({})], { locale: 'de' })).toHaveLength(1);
  });
});

test('the order of segments comes from the registry where no earlier evidence lies here', async () => {
  const segments = [{ locale: 'pl' }, { locale: 'en' }];
  const recorded = {
    stage: 'half',
    look: 3,
    at: '2026-11-01T00:00:00.000Z',
    verdict: 'hold',
    evidence: 'sha256:0',
    tests: 2,
    plannedUnits: 500,
    segments,
  } as const;
  const stage = {
    name: 'half',
    weight: 0.5,
    minRequests: 1,
    minUnits: 1,
    plannedSize: { requests: false, units: false },
  };
  const look = nextLook(stage, { digests: { sha256: 'x', seriesSha256: 'y' } }, undefined, [recorded], undefined);
  expect(look.frozen).toEqual({ tests: 2, plannedUnits: 500, segments });
});
