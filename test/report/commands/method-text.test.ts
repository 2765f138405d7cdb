import { expect, test } from 'vitest';
import { methodLines, methodSentence } from '../../../src/report/commands/method-text.ts';

const style = { color: 0, columns: 200, unicode: true } as const;
const detectable = [
  {
    stage: 'full',
    change: 0.01,
    relative: false,
    requestsByMethod: { sequential: 12_345, planned: 8_001, oneLook: 6_200 },
  },
];
const accuracy = { metric: 'accuracy', detectable };

test('plan tells how much data each way to look takes, and suggests one look to a log that is judged once', () => {
  const text = methodLines([accuracy], { inference: 'sequential' }, style).join('\n').replaceAll(/\s+/gu, ' ');
  expect(text).toContain('accuracy 13,000 8,100 6,200');
  expect(text).toContain('write statistics: { inference: planned, looks: 1 }');
  expect(text).toContain('write inference: planned and plannedUnits');
});

test('a plan of one look is not told to write it', () => {
  const text = methodLines([accuracy], { inference: 'planned', looks: 1 }, style).join('\n');
  expect(text).toContain('6,200');
  expect(text).not.toContain('write statistics');
});

test('init says it of a guardrail in a sentence, and nothing of one whose data are not known', () => {
  expect(methodSentence(accuracy)).toBe(
    'A candidate that changes nothing passes at about 13,000 requests however often you look, or at 6,200 in one look (statistics: { inference: planned, looks: 1 }).',
  );
  expect(methodSentence({ metric: 'accuracy', detectable: 'no request has both versions' })).toBeUndefined();
  const none = detectable.map((each) => ({
    ...each,
    requestsByMethod: { sequential: null, planned: null, oneLook: 1 },
  }));
  expect(methodSentence({ metric: 'accuracy', detectable: none })).toBeUndefined();
});
