import { expect, test } from 'vitest';
import { parsed, problems, shortPlan } from './plan-text.ts';

const plan = `extends: ../defaults.yaml\n${shortPlan.replace(/^guardrails.*\n/mu, '')}`;

const defaults = `locked: [guardrails.error_rate, statistics.confidence, requests.where, checks.sampleRatio]
statistics: { confidence: 0.99 }
requests: { where: { path: /predict } }
guardrails:
  - { metric: error_rate, max: 0.8%, maxIncrease: 0.2pp }
  - { metric: accuracy, maxDecrease: 3pp }
`;

/** What is wrong with the plan when it writes that too. */
const wrong = (text: string, base = defaults) => problems(`${plan}${text}\n`, { '../defaults.yaml': base });

const guardrail = (text: string) => `guardrails:\n  - { metric: error_rate, ${text} }`;

test.each([
  ['max: 2%, maxIncrease: 0.2pp', 'max 2% is looser than the max 0.8% of defaults.yaml:5'],
  ['max: 0.8%', 'the plan lacks the max increase 0.2 pp of defaults.yaml:5'],
  ['max: 0.8%, maxIncrease: 10%', 'the plan lacks the max increase 0.2 pp of defaults.yaml:5'],
  ['max: 0.8%, maxIncrease: 0.2pp, onBreach: hold', 'onBreach: hold is milder than the rollback of defaults.yaml:5'],
  ['max: 0.8%, maxIncrease: 0.2pp, test: point', 'test: point is not the interval of defaults.yaml:5'],
  ['max: 0.8%, maxIncrease: 0.2pp, stages: [full]', 'the plan leaves out stages of defaults.yaml:5'],
])('a lock on a guardrail covers all its keys: { %s }', (text, told) => {
  expect(wrong(guardrail(text))).toEqual([
    `rollouts/a.yaml:12:5 guardrails.error_rate is locked in defaults.yaml:1, and ${told}; delete it, or make it as tight`,
  ]);
});

test.each([
  [
    'statistics: { confidence: 0.9 }',
    'statistics.confidence is locked in defaults.yaml:1, and 0.9 is not the 0.99 of defaults.yaml:2',
  ],
  [
    'checks: { sampleRatio: warn }',
    'checks.sampleRatio is locked in defaults.yaml:1, and checks.sampleRatio is not written there',
  ],
])('a value that is locked is not loosened: %s', (text, told) => {
  expect(wrong(text)).toEqual([expect.stringContaining(told)]);
});

test('what a stage asks of its own requests is held against the lock too', () => {
  const stages = '[{ name: full, weight: 1, requests: { where: { path: /health } } }]';
  const text = plan.replace(/^stages:.*(?:\n .*)*$/mu, `stages: ${stages}`);
  expect(problems(text, { '../defaults.yaml': defaults })).toEqual([
    expect.stringMatching(
      /requests\.where is locked in defaults\.yaml:1, and "\/health" is not the "\/predict" of defaults\.yaml:3/u,
    ),
  ]);
});

test('tighter is allowed, and so is what is not locked', () => {
  const text = `${guardrail('max: 0.5%, maxIncrease: 0.2pp')}\n  - { metric: accuracy, maxDecrease: 9pp }\nstatistics: { confidence: 0.999 }\n`;
  const { plan: merged, overrides } = parsed(`${plan}${text}`, { '../defaults.yaml': defaults });
  expect(merged.statistics.confidence).toBe(0.999);
  expect(overrides).toEqual([
    {
      key: 'guardrails.error_rate',
      own: { value: { metric: 'error_rate', max: '0.5%', maxIncrease: '0.2pp' }, file: 'rollouts/a.yaml', line: 12 },
      defaults: { value: { metric: 'error_rate', max: '0.8%', maxIncrease: '0.2pp' }, file: 'defaults.yaml', line: 5 },
    },
    {
      key: 'guardrails.accuracy',
      own: { value: { metric: 'accuracy', maxDecrease: '9pp' }, file: 'rollouts/a.yaml', line: 13 },
      defaults: { value: { metric: 'accuracy', maxDecrease: '3pp' }, file: 'defaults.yaml', line: 6 },
    },
    {
      key: 'statistics.confidence',
      own: { value: 0.999, file: 'rollouts/a.yaml', line: 14 },
      defaults: { value: 0.99, file: 'defaults.yaml', line: 2 },
    },
  ]);
});

test('a lock that locks nothing is an error where it stands', () => {
  const base = defaults.replace(
    'guardrails.error_rate, statistics.confidence',
    'guardrails.eror_rate, statistics.confidense',
  );
  expect(wrong('', base)).toEqual([
    'defaults.yaml:1:10 locked: guardrails.eror_rate locks nothing; did you mean guardrails.error_rate?',
    'defaults.yaml:1:32 locked: statistics.confidense locks nothing; did you mean statistics.confidence?',
  ]);
});

test('what the lowest file locks stays locked in a file between', () => {
  const bases = { '../defaults.yaml': 'extends: org.yaml\nlocked: [judge]\njudge: all\n', '../org.yaml': defaults };
  expect(problems(`${plan}statistics: { confidence: 0.9 }\njudge: canary\n`, bases)).toEqual([
    expect.stringContaining('statistics.confidence is locked in org.yaml:1'),
    expect.stringContaining('judge is locked in defaults.yaml:2'),
  ]);
});
