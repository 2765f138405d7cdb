import { describe, expect, test } from 'vitest';
import { run } from '../../cli/harness.ts';
import { TestRollout } from '../../fixtures/test-rollout.ts';
import { checkOf } from '../planted-log.ts';

interface Row {
  readonly version: string;
  readonly value: string;
  readonly count: number;
  readonly day?: string;
}

const tableOf = (metric: string, rows: readonly Row[], more = '') =>
  `metric,version,value,count,independent,variance,segment\n${rows
    .map(
      ({ version, value, count, day }) =>
        `${metric},${version},${value},${count},true,${more},${day === undefined ? '' : `day=${day}`}\n`,
    )
    .join('')}`;

function rollout(numbers: string, guardrail: string, requests = ''): TestRollout {
  return new TestRollout({
    traffic: { '1.0.0': 0.8, '1.1.0': 0.2 },
    files: { 'numbers.csv': numbers },
    plan: {
      requests: `{ format: aggregates, source: numbers.csv${requests} }`,
      stages: '[{ name: canary-20, weight: 20% }, { name: full, weight: 1 }]',
      guardrails: `[${guardrail}]`,
      checks: '{ sampleRatio: warn }',
    },
  });
}

const baseline = (value: string) => [
  { version: 'baseline', value, count: 40_000 },
  { version: 'baseline', value, count: 20_000, day: '2026-11-27' },
  { version: 'baseline', value, count: 20_000, day: '2026-11-28' },
];
const candidate = (value: string, days: readonly (readonly [value: string, count: number])[]) => [
  { version: 'candidate', value, count: 10_000 },
  ...days.map(([of, count], index) => ({ version: 'candidate', value: of, count, day: `2026-11-${27 + index}` })),
];

describe('a whole that its own days contradict decides nothing', () => {
  test.each([
    [
      'days that are worse',
      'error_rate',
      '0.5%',
      ['2.4%', '2.6%'],
      'max: 1%',
      'the days of the candidate come to 2.50% together, and the whole says 0.50%',
    ],
    [
      'days that are better',
      'error_rate',
      '5%',
      ['0.4%', '0.6%'],
      'max: 1%',
      'come to 0.50% together, and the whole says 5.00%',
    ],
    [
      'days of a mean',
      'latency.mean',
      '60ms',
      ['90ms', '110ms'],
      'max: 80ms',
      'come to 100.0 ms together, and the whole says 60.00 ms',
    ],
    [
      'days of a percentile',
      'latency.p95',
      '60ms',
      ['90ms', '110ms'],
      'max: 80ms, test: point',
      'are between 90.00 ms and 110.0 ms, and the whole says 60.00 ms',
    ],
  ])('%s', async (_, metric, whole, [first = '', second = ''], bound, why) => {
    const rows = [
      ...baseline(metric === 'error_rate' ? '0.5%' : '60ms'),
      ...candidate(whole, [
        [first, 5000],
        [second, 5000],
      ]),
    ];
    const numbers = tableOf(metric, rows, metric === 'latency.mean' ? '900ms2' : '');
    const { verdict, guardrails } = await rollout(numbers, `{ metric: ${metric}, ${bound} }`).evaluate();
    expect(guardrails[0]).toMatchObject({ status: 'inconclusive', reason: expect.stringContaining(why) });
    expect(verdict.decision).toBe('hold');
  });

  test('more requests than the whole has', async () => {
    const rows = [
      ...baseline('0.5%'),
      ...candidate('0.5%', [
        ['0.5%', 8000],
        ['0.5%', 8000],
      ]),
    ];
    const { guardrails } = await rollout(tableOf('error_rate', rows), '{ metric: error_rate, max: 1% }').evaluate();
    expect(guardrails[0]).toMatchObject({
      status: 'inconclusive',
      reason: expect.stringContaining(
        'the days of the candidate have 16,000 requests together, and the whole has 10,000',
      ),
    });
  });

  test.each([
    ['rounded numbers', '0.5%', ['0.4%', '0.7%'], 5000],
    ['days that are a part of the whole', '0.5%', ['0.2%', '0.2%'], 3000],
  ])('but %s do not contradict it', async (_, whole, [first = '', second = ''], count) => {
    const rows = [
      ...baseline('0.5%'),
      ...candidate(whole, [
        [first, count],
        [second, count],
      ]),
    ];
    const { guardrails } = await rollout(tableOf('error_rate', rows), '{ metric: error_rate, max: 1% }').evaluate();
    expect(guardrails[0]).toMatchObject({ status: 'pass' });
  });
});

test.each([
  ['2026-11-28', 'hold'],
  ['2026-11-29', 'pass'],
])('numbers whose newest day is %s, where the weight has been in force since the 29th: %s', async (newest, status) => {
  const day = newest.replace(/\d$/u, (digit) => String(Number(digit) - 1));
  const rows = ['baseline', 'candidate'].flatMap((version) => [
    { version, value: '0.5%', count: 20_000 },
    { version, value: '0.5%', count: 10_000, day },
    { version, value: '0.5%', count: 10_000, day: newest },
  ]);
  const made = rollout(tableOf('error_rate', rows), '{ metric: error_rate, max: 1% }');
  made.register({ traffic: { '1.0.0': 1 } });
  made.plan({ stages: '[{ name: canary-5, weight: 5% }, { name: full, weight: 1 }]' });
  const at = { cwd: made.folder, env: { SOURCE_DATE_EPOCH: String(Date.UTC(2026, 10, 29, 10) / 1000) } };
  // Evidence of any kind lets a person begin.
  await made.evaluate();
  const begin = ['promote', 'plan.yaml', '--override', 'increase', '--by', 'ana', '--reason', 'first percent'];
  expect(await run(begin, at)).toMatchObject({ exitCode: 0 });
  const check = checkOf(await made.evaluate(), 'days');
  expect(check.status).toBe(status);
  if (status === 'hold')
    expect(check.detail).toBe(
      'the newest day is 2026-11-28, and the weight of 5% has been in force since 2026-11-29T10:00:00.000Z: no number is about it',
    );
});
