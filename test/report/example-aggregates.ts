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
};
