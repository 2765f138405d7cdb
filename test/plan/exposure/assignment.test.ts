import { describe, expect, test } from 'vitest';
import { planDigestInput } from '../../../src/plan/parse-plan.ts';
import { parsed, problems, shortPlan } from '../plan-text.ts';

const withAssignment = (assignment: string, stages = '[{ name: full, weight: 1 }]') =>
  `${shortPlan.replace('stages: [{ name: full, weight: 1 }]', `stages: ${stages}`)}assignment: { ${assignment} }\n`;

/** What is wrong at a line, whatever its column. */
const told = (text: string, files?: Record<string, string>) =>
  problems(text, files).map((line) => line.replace(/^rollouts\/a\.yaml:(\d+):\d+/u, '$1'));

const wrong: readonly (readonly [string, string])[] = [
  ['scheme: murmur3, flag: f', '11 murmur3 takes no flag; write one of salt'],
  ['scheme: flagd, flag: f, seed: 3', '11 flagd takes no seed; write one of flag, salt, total, encoding, file'],
  ['scheme: flagd, flg: f', '11 unknown key flg in assignment; did you mean flag?'],
  ['scheme: optimizely, flag: f, encoding: utf8', '11 optimizely reads every unit as UTF-8; delete encoding'],
  ['scheme: unleash, flag: f, rule: experiment', '11 rule: unleash has no experiment; write rollout or variants'],
  [
    'scheme: unleash, flag: f, total: 500',
    '11 only variants of unleash have a total; write rule: variants beside it, or delete total',
  ],
  [
    'scheme: launchdarkly, flag: f',
    "11 assignment.salt is missing: launchdarkly needs the flag's salt, which is hashed with each unit; write salt:, or file: and the flag's definition as launchdarkly exports it",
  ],
];

test.each(wrong)('refuses { %s }', (assignment, problem) => {
  expect(told(withAssignment(assignment))).toEqual([problem]);
});

const stages = (weight: string) => `[{ name: first, weight: ${weight} }, { name: full, weight: 1 }]`;

describe('a weight between the steps of its scheme', () => {
  test.each([
    [
      'scheme: unleash, flag: f',
      '0.5%',
      '0.5% cannot be expressed by unleash, whose smallest step is 1%; write 0% or 1%',
    ],
    ['scheme: nginx', '5.001%', '5.001% cannot be expressed by nginx, whose smallest step is 0.01%; write 5% or 5.01%'],
    [
      'scheme: flagd, flag: f, total: 3',
      '5%',
      '5% cannot be expressed by flagd, whose smallest step is 33.3333333333%; write 0% or 33.3333333333%',
    ],
    [
      'scheme: growthbook, flag: f',
      '0.0025',
      '0.25% cannot be expressed by growthbook, whose smallest step is 0.1%; write 0.2% or 0.3%',
    ],
  ])('is an error with { %s }: %s', (assignment, weight, problem) => {
    expect(told(withAssignment(assignment, stages(weight)))).toEqual([`9 weight: ${problem}`]);
  });

  test.each([
    ['scheme: murmur3', '0.1234567'],
    ['scheme: envoy', '0.1234%'],
    ['scheme: launchdarkly, seed: 61', '0.001%'],
    ['scheme: flagd, flag: f, total: 2147483647', '100%'],
  ])('is none with { %s }: %s', (assignment, weight) => {
    expect(told(withAssignment(assignment, stages(weight)))).toEqual([]);
  });
});

describe("a flag's own definition", () => {
  const fractional = { fractional: [{ cat: ['salt-', { var: 'targetingKey' }] }, ['candidate', 5], ['baseline', 95]] };
  const flags = { 'flag.json': JSON.stringify({ flags: { f: { state: 'ENABLED', targeting: fractional } } }) };

  test('says what the plan need not say', () => {
    expect(parsed(withAssignment('scheme: flagd, file: flag.json'), flags).plan.assignment).toEqual({
      scheme: 'flagd',
      salt: 'salt-',
      flag: 'f',
      total: 100,
      file: 'flag.json',
    });
  });

  test('is the same plan wherever its file lies', () => {
    const [here, there] = ['flag.json', 'other/flag.json'].map((file) =>
      planDigestInput(parsed(withAssignment(`scheme: flagd, file: ${file}`), { [file]: flags['flag.json'] }).plan),
    );
    expect(here).toBe(there);
  });

  test.each([
    [
      'scheme: flagd, flag: g, file: flag.json',
      'file: flag.json has no flag g, but f; write the definition of this flag as flagd exports it',
    ],
    [
      'scheme: flagd, total: 50, file: flag.json',
      "total: 50, but flag.json says 100; write total: 100, or delete total and use the definition's",
    ],
    [
      'scheme: flagd, file: none.json',
      'file: none.json cannot be read: none.json does not exist; write the path from the plan to what the flag system exports',
    ],
    [
      'scheme: unleash, file: flag.json',
      'file: flag.json has no strategy flexibleRollout; write the definition of this flag as unleash exports it',
    ],
  ])('is refused where it is of another flag: { %s }', (assignment, problem) => {
    expect(told(withAssignment(assignment), flags)).toEqual([`11 ${problem}`]);
  });
});
