import { expect, test } from 'vitest';
import type { Comparison } from '../../../src/domain/evidence.ts';
import { segmentMix } from '../../../src/verdict/checks/segment-mix.ts';

function served(delta: number, sameMix: number | undefined): Comparison {
  return {
    metric: 'accuracy',
    comparison: 'served',
    cohort: 'canary',
    segment: null,
    unit: 'proportion',
    baseline: 0.9,
    candidate: 0.9 + delta,
    delta,
    units: 500,
    requests: 5000,
    ...(sameMix === undefined ? {} : { postStratified: { delta: sameMix, covered: 1 } }),
  };
}

test('warns when the mix of segments turns the sign, and says both changes', () => {
  expect(segmentMix([served(0.02, -0.013)])).toEqual({
    name: 'segment mix',
    status: 'warn',
    detail: 'served accuracy changed by +2.00 pp, but by -1.30 pp with the same mix of segments on both sides',
  });
});

test('passes when both point the same way', () => {
  expect(segmentMix([served(0.02, 0.001)])).toMatchObject({ status: 'pass' });
});

test('does not apply without segments or served comparisons', () => {
  expect(segmentMix([served(0.02, undefined)])).toMatchObject({ status: 'not-applicable' });
  expect(segmentMix([])).toMatchObject({ status: 'not-applicable' });
});
