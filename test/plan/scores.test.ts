import { describe, expect, test } from 'vitest';
import { parsed, planWith, problems } from './plan-text.ts';
import { type Case, testEach } from './wrong-case.ts';

/** The example plan with one more key at its end, which is its line 36. */
const end = 'selection: warn }\n';
const withKey = (key: string) => planWith(end, `${end}${key}\n`);
const wrong = (title: string, key: string, ...expected: string[]): Case => [
  title,
  end,
  `${end}${key}\n`,
  expected.join(''),
];

/** What is wrong with a row of a table that is none. */
const rowOf = (label: string) =>
  `decisionCost: ${label} has no costs of its answers; write ${label}: { ANSWER: 5 }, the cost of each answer to a request that is truly ${label}`;

describe('a wrong threshold', () => {
  const score = 'write the score from which on the answer is the second label, such as 0.5';
  const outside = (written: string) => `${written} is not a score between 0 and 1; ${score}`;
  const always = (written: string) =>
    `${written} would make every answer the second label, whatever its score; ${score}`;
  testEach([
    wrong('of 0', 'threshold: 0', '36:12 threshold: ', always('0')),
    wrong('of 0%', 'threshold: 0%', '36:12 threshold: ', always('0%')),
    wrong('below 0', 'threshold: -0.1', '36:12 threshold: ', outside('-0.1')),
    wrong('above 1', 'threshold: 1.5', '36:12 threshold: ', outside('1.5')),
    wrong('of a percentage without its sign', 'threshold: 50', '36:12 threshold: ', outside('50')),
    wrong('above 100%', 'threshold: 150%', '36:12 threshold: ', outside('150%')),
    wrong('in words', 'threshold: high', '36:12 threshold: ', outside('high')),
    wrong('in quotes', 'threshold: "0.5"', '36:12 threshold: ', outside('"0.5"')),
    wrong('that is not a number', 'threshold: .nan', '36:12 threshold: ', outside('NaN')),
    wrong('that is true', 'threshold: true', '36:12 threshold: ', outside('true')),
    wrong('that is a list', 'threshold: [0.5]', '36:1 threshold: ', outside('[0.5]')),
    wrong('without a value', 'threshold:', '36:11 threshold has no value; write threshold: 0.5'),
    wrong('of nobody', 'threshold: {}', '36:1 threshold: a mapping is not a valid threshold; write threshold: 0.5'),
    wrong('of one version', 'threshold: { baseline: 0.5, candidate: 2 }', '36:40 candidate: ', outside('2')),
    wrong('of one version that is 0', 'threshold: { 1.5.0: 0 }', '36:21 1.5.0: ', always('0')),
    wrong(
      'of one version without a value',
      'threshold: { baseline: }',
      '36:24 threshold.baseline has no value; write baseline: 0.42',
    ),
    wrong('of one version that is a list', 'threshold: { baseline: [1] }', '36:14 baseline: ', outside('[1]')),
    wrong(
      'of one version that is a mapping',
      'threshold: { baseline: { a: 1 } }',
      '36:14 baseline: ',
      outside('{"a":1}'),
    ),
  ]);

  test('is told for each version', () => {
    expect(problems(withKey('threshold: { baseline: 0, candidate: 2 }'))).toHaveLength(2);
  });

  test.each([
    ['1', 1],
    ['100%', 1],
    ['42%', 0.42],
    ['{ baseline: 50%, candidate: 0.42 }', { baseline: 0.5, candidate: 0.42 }],
  ])('is not %s', (written, threshold) => {
    expect(parsed(withKey(`threshold: ${written}`)).plan.threshold).toEqual(threshold);
  });
});

describe('a wrong decisionCost', () => {
  const example = 'write decisionCost: { falsePositive: 5, falseNegative: 200 }';
  const number = 'is not a cost; write a number of 0 or more';
  const negative = 'is not a cost; write a cost of 0 or more; what a right answer saves, a wrong one costs';
  const zero = `36:1 decisionCost: every cost is 0, so no decision costs anything; ${example}`;
  testEach([
    wrong('without a value', 'decisionCost:', `36:14 decisionCost has no value; ${example}`),
    wrong('that is a number', 'decisionCost: 5', `36:15 decisionCost: 5 is not a table of costs; ${example}`),
    wrong('that is a list', 'decisionCost: [5]', `36:1 decisionCost: [5] is not a table of costs; ${example}`),
    wrong(
      'without false negatives',
      'decisionCost: { falsePositive: 5 }',
      `36:1 decisionCost: falseNegative is missing; ${example}`,
    ),
    wrong(
      'without false positives',
      'decisionCost: { falseNegative: 5 }',
      `36:1 decisionCost: falsePositive is missing; ${example}`,
    ),
    wrong('below 0', 'decisionCost: { falsePositive: -5, falseNegative: 9 }', `36:32 falsePositive: -5 ${negative}`),
    wrong('in words', 'decisionCost: { falsePositive: five, falseNegative: 9 }', `36:32 falsePositive: five ${number}`),
    wrong('in quotes', 'decisionCost: { falsePositive: "5", falseNegative: 9 }', `36:32 falsePositive: "5" ${number}`),
    wrong(
      'without an end',
      'decisionCost: { falsePositive: .inf, falseNegative: 9 }',
      `36:32 falsePositive: Infinity ${number}`,
    ),
    wrong(
      'that is true',
      'decisionCost: { falsePositive: 5, falseNegative: true }',
      `36:50 falseNegative: true ${number}`,
    ),
    wrong(
      'that is missing in its place',
      'decisionCost: { falsePositive: , falseNegative: 9 }',
      `36:32 falsePositive: null ${number}`,
    ),
    wrong(
      'of a misspelt outcome',
      'decisionCost: { falsePositiv: 5, falseNegative: 9 }',
      '36:17 decisionCost: falsePositiv is not an outcome of a decision; did you mean falsePositive? (one of falsePositive, falseNegative, truePositive, trueNegative); for other labels, write for each true label what each answer costs: { falsePositiv: { ANSWER: 5 } }',
    ),
    wrong('of nothing', 'decisionCost: { falsePositive: 0, falseNegative: 0 }', zero),
    wrong('table of nothing', 'decisionCost: { refund: { card: 0 } }', zero),
    wrong('table without answers', 'decisionCost: { refund: {} }', zero),
    wrong('below 0 in a table', 'decisionCost: { refund: { card: -1 } }', `36:33 card: -1 ${negative}`),
    wrong('in words in a table', 'decisionCost: { refund: { card: x } }', `36:33 card: x ${number}`),
    wrong(
      'that is a mapping in a table',
      'decisionCost: { refund: { card: { x: 1 } } }',
      `36:27 card: {"x":1} ${number}`,
    ),
    wrong('without its row in a table', 'decisionCost: { refund: { card: 5 }, card: 7 }', `36:44 ${rowOf('card')}`),
    wrong(
      'of an outcome in a table',
      'decisionCost: { refund: { card: 5 }, falseNegative: 7 }',
      `36:53 ${rowOf('falseNegative')}`,
    ),
  ]);

  test('that is empty lacks both', () => {
    expect(problems(withKey('decisionCost: {}'))).toHaveLength(2);
  });

  test('is missed by a guardrail on it', () => {
    expect(
      problems(planWith('metric: accuracy, maxDecrease: 1pp, segments: [locale]', 'metric: decision_cost, max: 5')),
    ).toEqual([
      `rollouts/a.yaml:29:15 metric: decision_cost needs to know what decisions cost; ${example} beside the guardrails`,
    ]);
  });
});
