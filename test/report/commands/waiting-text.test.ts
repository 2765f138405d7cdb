import { expect, test } from 'vitest';
import {
  type DetectableChange,
  type GuardrailReview,
  waitingLines,
} from '../../../src/report/commands/waiting-text.ts';

const half: DetectableChange = {
  stage: 'half',
  change: 0.048,
  relative: false,
  bound: 0.01,
  requestsUntilPass: 9586,
  daysUntilPass: 18.2,
};

const review: GuardrailReview = {
  metric: 'accuracy',
  unit: 'proportion',
  bounds: [{ kind: 'maxDecrease', value: 0.01, relative: false }],
  segments: [],
  onBreach: 'rollback',
  detectable: [half],
};

test('a log that is looked at without end is waited for', () => {
  expect(waitingLines(review, 'sequential')).toEqual([
    "half can see accuracy fall by 4.80 pp; the bound is 1 pp: expect to hold for 19 more days at this log's pace, until about 9,600 requests in all.",
  ]);
});

test('a planned end that is too early is moved before the first look, since waiting longer would find no alpha left', () => {
  expect(waitingLines(review, 'planned')).toEqual([
    "half can see accuracy fall by 4.80 pp at its planned end; the bound is 1 pp: fix a later end before the first look, at about 9,600 requests in all, 19 more days at this log's pace.",
  ]);
});

test('what is the same of several stages is said once', () => {
  const stages = [
    half,
    { ...half, stage: 'more' },
    { ...half, stage: 'late', change: 0.02 },
    { ...half, stage: 'full' },
  ];
  expect(waitingLines({ ...review, detectable: stages }, 'sequential').map((line) => line.split(';')[0])).toEqual([
    'half, more and full can see accuracy fall by 4.80 pp',
    'late can see accuracy fall by 2.00 pp',
  ]);
});
