import { describe, expect, test } from 'vitest';
import { run } from '../../cli/harness.ts';
import { numbersRollout } from '../told-plans.ts';
import { resultOf, sidesOf } from './scraped.ts';

interface Answer {
  readonly Id: string;
  readonly Values: readonly unknown[];
  readonly StatusCode?: string;
  readonly Timestamps?: readonly unknown[];
  readonly Messages?: readonly unknown[];
}

/** What the CLI prints, of values five minutes apart. */
function printed(answers: readonly Answer[], more: Readonly<Record<string, unknown>> = {}): string {
  const results = answers.map(({ Id, Values, ...rest }) => ({
    Id,
    Label: Id,
    Timestamps: Values.map((_value, index) => new Date(Date.UTC(2026, 10, 29, 9, 5 * index)).toISOString()),
    Values,
    StatusCode: 'Complete',
    ...rest,
  }));
  return JSON.stringify({ MetricDataResults: results, Messages: [], ...more });
}

const whole: readonly Answer[] = [
  { Id: 'baseline_requests', Values: [20_000, 16_000] },
  { Id: 'baseline_errors', Values: [80] },
  { Id: 'candidate_requests', Values: [2000, 2000] },
  { Id: 'candidate_errors', Values: [] },
  { Id: 'baseline_time', Values: [1_000_000, 800_000] },
  { Id: 'candidate_time', Values: [110_000, 110_000] },
  { Id: 'baseline_p95', Values: [100, 112] },
  { Id: 'candidate_p95', Values: [0.112, 0.1] },
];

const series = `error_rate: { bad: $role_errors, total: $role_requests },
  latency.mean: { sum: $role_time, count: $role_requests, unit: ms },
  latency.p95: { gauge: $role_p95, unit: s }`;
const requests = `{ format: cloudwatch, source: answers.json, independent: true, series: { ${series} } }`;
const guardrails = [
  '{ metric: error_rate, max: 1%, maxIncrease: 0.5pp }',
  '{ metric: latency.mean, max: 60ms, test: point }',
  '{ metric: latency.p95, max: 120ms, test: point }',
];

function rolloutOf(text: string, written = requests, guarded: readonly string[] = guardrails) {
  return numbersRollout({ guardrails: guarded, requests: written, files: { 'answers.json': text } });
}

/** With other answers in the place of those of the same id. */
function replaced(...others: readonly Answer[]): readonly Answer[] {
  return whole.map((each) => others.find(({ Id }) => Id === each.Id) ?? each);
}

const refused = async (text: string, written = requests) => {
  const { exitCode, stderr } = await run(['evaluate', 'plan.yaml'], { cwd: rolloutOf(text, written).folder });
  return { exitCode, stderr: stderr.replaceAll(/\s+/gu, ' ') };
};

describe('answers of CloudWatch', () => {
  test('are judged as the same numbers of a dashboard are', async () => {
    const answered = await rolloutOf(printed(whole)).evaluate();
    const csv = `metric,version,value,count,units,independent
error_rate,baseline,0.0022222222222222222,36000,,true
error_rate,candidate,0,4000,,true
latency.mean,baseline,50ms,36000,,true
latency.mean,candidate,55ms,4000,,true
latency.p95,baseline,112s,,,
latency.p95,candidate,112ms,,,
`;
    const told = await numbersRollout({ guardrails, files: { 'numbers.csv': csv } }).evaluate();
    expect(sidesOf(answered)).toEqual({ baseline: 80 / 36_000, candidate: 0, requests: 40_000 });
    expect(answered.guardrails).toEqual(told.guardrails);
    expect(answered.comparisons).toEqual(told.comparisons);
    expect(answered.verdict).toEqual(told.verdict);
    expect(answered.verdict.decision).toBe('increase');
    expect(answered.checks.find(({ name }) => name === 'answers')?.detail).toBe('CloudWatch answered in full');
  });

  test('decide nothing by an interval where nothing says that each request is another user’s', async () => {
    const evidence = await rolloutOf(printed(whole), requests.replace('independent: true, ', '')).evaluate();
    expect(resultOf(evidence)).toMatch(/^uncomputable/u);
  });

  test('of several pages are one, whose last says whether it was all', async () => {
    const pages: readonly Answer[] = [
      { Id: 'candidate_requests', Values: [2000], StatusCode: 'PartialData' },
      ...whole.filter(({ Id }) => Id !== 'candidate_requests'),
      { Id: 'candidate_requests', Values: [2000], Timestamps: ['2026-11-29T10:00:00Z'] },
    ];
    const evidence = await rolloutOf(printed(pages)).evaluate();
    expect(sidesOf(evidence)).toMatchObject({ requests: 40_000 });
    expect(evidence.verdict.decision).toBe('increase');
  });

  test.each([
    [
      'PartialData',
      printed(replaced({ Id: 'candidate_errors', Values: [1], StatusCode: 'PartialData' })),
      'candidate_errors is PartialData',
    ],
    [
      'InternalError',
      printed(replaced({ Id: 'baseline_errors', Values: [], StatusCode: 'InternalError' })),
      'baseline_errors is InternalError',
    ],
    [
      'a message',
      printed(whole, { Messages: [{ Code: 'ArithmeticError', Value: '1 data point was dropped' }] }),
      'ArithmeticError: 1 data point was dropped',
    ],
    [
      'a message of one',
      printed(replaced({ Id: 'baseline_errors', Values: [80], Messages: [{ Code: 'A', Value: 'b' }] })),
      'A: b',
    ],
    ['more pages', printed(whole, { NextToken: 'x' }), 'more pages follow (NextToken)'],
  ])('that are not whole hold: %s', async (_title, text, said) => {
    const { checks, verdict } = await rolloutOf(text).evaluate();
    expect(checks.find(({ name }) => name === 'answers')).toMatchObject({
      status: 'hold',
      detail: `CloudWatch did not answer in full: ${said}`,
    });
    expect(verdict.decision).toBe('hold');
  });

  test.each([
    ['no requests', { Id: 'candidate_requests', Values: [] }, 'candidate_requests counted nothing'],
    [
      'more errors than requests',
      { Id: 'candidate_errors', Values: [5000] },
      'candidate_errors counted 5000, and candidate_requests 4000 alone',
    ],
  ])('that make no share are uncomputable: %s', async (_title, answer, why) => {
    const evidence = await rolloutOf(printed(replaced(answer))).evaluate();
    expect(resultOf(evidence)).toContain(why);
    expect(resultOf(evidence)).toMatch(/^uncomputable/u);
    expect(evidence.verdict.decision).toBe('hold');
  });

  test('that lack ids are one error, which names them all', async () => {
    const { exitCode, stderr } = await refused(printed(whole.filter(({ Id }) => !Id.startsWith('candidate'))));
    expect(exitCode).toBe(5);
    expect(stderr).toContain(
      'answers.json: no answer has the Id candidate_errors, candidate_requests, candidate_time, candidate_p95',
    );
    expect(stderr.match(/no answer has/gu)).toHaveLength(1);
  });

  test.each([
    [
      'half a request',
      printed(replaced({ Id: 'candidate_errors', Values: [0.5] })),
      'candidate_errors has 0.5 at 2026-11-29T09:00:00.000Z, which is not a count',
    ],
    ['less than none', printed(replaced({ Id: 'candidate_errors', Values: [-1] })), 'which is not a count'],
    [
      'a text',
      printed(replaced({ Id: 'candidate_errors', Values: ['3'] })),
      'has "3" among its Values, which is not a number',
    ],
    [
      'a period twice',
      printed([...whole, { Id: 'candidate_errors', Values: [1] }, { Id: 'candidate_errors', Values: [1] }]),
      'candidate_errors has two values of 2026-11-29T09:00:00.000Z',
    ],
    [
      'times without values',
      printed(replaced({ Id: 'candidate_errors', Values: [1], Timestamps: [] })),
      'does not have a time in Timestamps for each of its Values',
    ],
    [
      'not a time',
      printed(replaced({ Id: 'candidate_errors', Values: [1], Timestamps: ['soon'] })),
      'has "soon" in Timestamps, which is not a time',
    ],
    ['another command', '{"Datapoints": []}', 'it has no list MetricDataResults'],
    ['a cut file', printed(whole).slice(0, 90), 'not the JSON of aws cloudwatch get-metric-data'],
  ])('are refused with %s', async (_title, text, said) => {
    const { exitCode, stderr } = await refused(text);
    expect([exitCode, stderr]).toEqual([5, expect.stringContaining(said)]);
  });

  test.each([
    ['series:', requests.replace(/, series: .* \} \}/su, ' }'), 'requests.series is missing'],
    ['source:', requests.replace('source: answers.json, ', ''), 'requests.source is missing'],
    [
      'an id of each version',
      requests.replace('$role_errors', 'errors'),
      'bad: errors is not a query id with $role in it',
    ],
    [
      'an id that CloudWatch takes',
      requests.replace('$role_errors', '$role-errors'),
      'bad: $role-errors is not a query id',
    ],
    [
      'no buckets',
      requests.replace('gauge: $role_p95', 'histogram: $role_p95'),
      'histogram: CloudWatch keeps no buckets',
    ],
    ['no server', requests.replace('independent', 'url: "http://x", independent'), 'url'],
    [
      'no window',
      requests.replace('independent', 'from: 2026-10-01, independent'),
      'from says nothing about the answers',
    ],
  ])('need %s in the plan', async (_title, written, said) => {
    const { exitCode, stderr } = await refused(printed(whole), written);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(said)]);
  });

  test('are shown by plan and requests inspect, and bound into evidence', async () => {
    const rollout = rolloutOf(printed(whole));
    for (const command of [['plan'], ['requests', 'inspect']]) {
      const { exitCode, stdout, stderr } = await run([...command, 'plan.yaml'], { cwd: rollout.folder });
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.not.stringContaining('cannot') });
      expect(stdout).toMatch(/numbers/u);
    }
    expect((await run(['evaluate', 'plan.yaml'], { cwd: rollout.folder })).exitCode).toBe(0);
    rollout.write('answers.json', printed(replaced({ Id: 'candidate_errors', Values: [1] })));
    const { exitCode, stderr } = await run(['promote', 'plan.yaml'], { cwd: rollout.folder });
    expect([exitCode, stderr]).toEqual([5, expect.stringContaining('answers.json is no longer what was evaluated')]);
  });
});
