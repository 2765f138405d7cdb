import type { MeasuredDrift } from '../../src/domain/drift.ts';
import type { ConfusionChanges, LatencyCurves } from '../../src/domain/evidence.ts';

const probabilities = [
  ...Array.from({ length: 49 }, (_, index) => (index + 1) / 50),
  0.01,
  0.25,
  0.75,
  0.95,
  0.99,
  0.995,
  0.999,
].toSorted((a, b) => a - b);

/** The candidate is quicker in the middle and slower in the tail. */
export const latency: LatencyCurves = {
  comparison: 'paired',
  cohort: 'canary',
  probabilities,
  baseline: {
    requests: 2000,
    ms: probabilities.map((p) => Math.round(4000 - 1300 * Math.log(1 - p) * 10) / 1000 + 30),
  },
  candidate: {
    requests: 2000,
    ms: probabilities.map((p) => Math.round(3800 - 1420 * Math.log(1 - p) * 10) / 1000 + 30),
  },
};

/** One label got worse, one stayed, one got better. */
export const confusion: ConfusionChanges = {
  comparison: 'paired',
  cohort: 'canary',
  labels: 3,
  changes: [
    {
      label: 'refund',
      baseline: { requests: 420, correct: 388 },
      candidate: { requests: 420, correct: 351 },
      pairs: {
        newMistakes: 45,
        fixed: 8,
        mistakenFor: [
          { label: 'exchange', requests: 31 },
          { label: 'track-order', requests: 14 },
        ],
        examples: ['r000017', 'r000201', 'r000443'],
      },
      worse: true,
    },
    {
      label: 'exchange',
      baseline: { requests: 310, correct: 280 },
      candidate: { requests: 310, correct: 280 },
      pairs: { newMistakes: 5, fixed: 5, mistakenFor: [{ label: 'refund', requests: 5 }], examples: ['r000900'] },
    },
    {
      label: 'track-order',
      baseline: { requests: 1818, correct: 1636 },
      candidate: { requests: 1818, correct: 1678 },
      pairs: { newMistakes: 0, fixed: 42, mistakenFor: [], examples: [] },
    },
  ],
  segments: [
    {
      segment: { locale: 'is-IS' },
      baseline: { requests: 14, correct: 11 },
      candidate: { requests: 14, correct: 0 },
      pairs: { newMistakes: 11, fixed: 0 },
      worse: true,
    },
    {
      segment: { locale: 'fr-FR' },
      baseline: { requests: 402, correct: 360 },
      candidate: { requests: 402, correct: 359 },
      pairs: { newMistakes: 4, fixed: 3 },
    },
  ],
};

const halves = {
  chiSquare: { statistic: 214.3, degreesOfFreedom: 3, pValue: 0.00000001 },
  reference: 9000,
  current: 10_000,
};

/** One field moved, the labels did not, and the baseline got a little worse. */
export const drift: MeasuredDrift = {
  reference: {
    requests: 9000,
    from: '2026-10-01T00:00:00.000Z',
    to: '2026-10-08T00:00:00.000Z',
    files: [{ path: '../fixtures/requests/2026-10.jsonl', sha256: 'd'.repeat(64) }],
  },
  current: {
    requests: 10_000,
    from: '2026-11-01T00:00:00.000Z',
    to: '2026-11-04T00:00:00.000Z',
    files: [{ path: '../fixtures/requests/2026-11.jsonl', sha256: 'e'.repeat(64) }],
  },
  alphaEach: 0.005,
  features: [
    {
      ...halves,
      name: 'context.device',
      about: 'input',
      kind: 'categorical',
      psi: 0.31,
      jensenShannon: 0.22,
      pValue: 0.00000001,
      moved: true,
      hint: 'android takes the place of ios',
      bins: [
        { label: 'ios', reference: 0.5, current: 0.28 },
        { label: 'android', reference: 0.3, current: 0.55 },
        { label: 'web', reference: 0.2, current: 0.17 },
      ],
    },
    {
      ...halves,
      name: 'label',
      about: 'label',
      kind: 'categorical',
      psi: 0.004,
      jensenShannon: 0.02,
      chiSquare: { statistic: 2.1, degreesOfFreedom: 2, pValue: 0.35 },
      pValue: 0.35,
      moved: false,
      bins: [
        { label: 'refund', reference: 0.4, current: 0.41 },
        { label: 'exchange', reference: 0.6, current: 0.59 },
      ],
    },
  ],
  quality: {
    metric: 'accuracy',
    first: 0.91,
    second: 0.9,
    change: -0.01,
    low: -0.02,
    high: 0,
    moved: false,
    periods: [0.912, 0.91, 0.904, 0.9].map((value, index) => ({
      from: `2026-11-0${index + 1}T00:00:00.000Z`,
      requests: 2500,
      value,
    })),
  },
};
