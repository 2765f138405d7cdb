import { describe, expect, test } from 'vitest';
import { murmur3Bucket } from '../../src/assignment/schemes/murmur3.ts';
import type { Evidence } from '../../src/domain/evidence.ts';
import { promote } from '../../src/gate/act/promote.ts';
import { reviewPlan } from '../../src/gate/review/review-plan.ts';
import { classifying, TestRollout } from '../fixtures/test-rollout.ts';

interface Served {
  readonly request_id: string;
  readonly timestamp: string;
  readonly user_id: string;
  readonly served_by?: string;
  readonly latency_ms?: number;
  readonly prediction?: string | undefined;
  readonly error?: string | boolean;
  readonly status?: number;
  readonly label?: string | undefined;
}

/** Users of which about a fifth are served by the candidate, as `servedBy` decides. */
function log(
  users: number,
  servedBy: (user: string, request: number) => string,
  extra: Partial<Served> = {},
): Served[] {
  return Array.from({ length: users * 2 }, (_, request) => {
    const user = `u${Math.floor(request / 2)}`;
    const right = murmur3Bucket('answer', `r${request}`) < 0.9;
    return {
      request_id: `r${request}`,
      timestamp: new Date(Date.UTC(2026, 10, 1) + request * 30_000).toISOString(),
      user_id: user,
      served_by: servedBy(user, request),
      latency_ms: 40 + Math.round(20 * murmur3Bucket('time', `r${request}`)),
      prediction: right ? 'a' : 'b',
      label: 'a',
      ...extra,
    };
  });
}

/** Another router's assignment: sticky, and not by the plan's salt. */
const sticky = (user: string) => versionAt('router', user, 0.2);
const tooMany = (user: string) => versionAt('router', user, 0.4);
const byPlan = (user: string) => versionAt('live', user, 0.2);
const byRequest = (_user: string, request: number) => versionAt('router', `r${request}`, 0.2);

function versionAt(salt: string, id: string, weight: number): string {
  return murmur3Bucket(salt, id) < weight ? '1.1.0' : '1.0.0';
}

interface LiveOptions {
  readonly file?: string;
  readonly text?: string;
  readonly fields?: string;
  readonly guardrails?: readonly string[];
}

const served = '{ servedBy: served_by }';
const plain = [
  '{ metric: latency.mean, cap: 200ms, maxIncrease: 10ms }',
  '{ metric: error_rate, maxIncrease: 3pp }',
  '{ metric: accuracy, maxDecrease: 9pp }',
];

function liveRollout(
  records: readonly object[],
  { file = 'log.jsonl', text, fields = served, guardrails = plain }: LiveOptions = {},
): TestRollout {
  const plan = {
    name: 'live',
    requests: `{ source: ${file}, fields: ${fields} }`,
    stages: '[{ name: canary-20, weight: 20% }, { name: full, weight: 1 }]',
    guardrails,
  };
  return new TestRollout({ plan, version: classifying(['a', 'b']), files: { [file]: text ?? records } });
}

function evidenceOf(records: readonly object[], options: LiveOptions = {}): Promise<Evidence> {
  return liveRollout(records, options).evaluate();
}

function check({ checks }: Evidence, name: string) {
  return checks.find((each) => each.name === name);
}

describe('who served a user decides the cohort', () => {
  test('and each side is that version alone', async () => {
    const records = log(2000, sticky);
    const evidence = await evidenceOf(records);
    const canary = new Set(records.filter(({ served_by }) => served_by === '1.1.0').map(({ user_id }) => user_id));
    expect(evidence.cohorts).toEqual([
      { name: 'canary', units: canary.size, requests: canary.size * 2 },
      { name: 'stable', units: 2000 - canary.size, requests: 4000 - canary.size * 2 },
      { name: 'all', units: 2000, requests: 4000 },
    ]);
    expect(evidence.comparisons.map(({ comparison }) => comparison)).toEqual(['served', 'served', 'served']);
    expect(evidence.verdict.decision).toBe('increase');
    expect(check(evidence, 'sample ratio')).toMatchObject({ status: 'pass' });
    expect(check(evidence, 'served users')).toMatchObject({ status: 'pass' });
  });

  test('which gives what the map of outcomes gives, where the plan assigns as the router did', async () => {
    const records = log(1000, byPlan);
    const asMap = records.map(({ served_by = '', latency_ms, prediction, ...rest }) => ({
      ...rest,
      outcomes: { [served_by]: { latency_ms, prediction } },
    }));
    const flat = await evidenceOf(records);
    const map = await evidenceOf(asMap, { fields: '{ id: request_id }' });
    expect(flat.comparisons).toEqual(map.comparisons);
    expect(flat.guardrails).toEqual(map.guardrails);
    expect(flat.verdict).toEqual(map.verdict);
  });

  test('also in a table with other names', async () => {
    const records = log(1000, sticky);
    const header = 'id,ts,user,model,ms,err,said,truth';
    const rows = records.map((each) =>
      [
        each.request_id,
        each.timestamp,
        each.user_id,
        each.served_by,
        each.latency_ms,
        '',
        each.prediction,
        each.label,
      ].join(','),
    );
    const fields =
      '{ id: id, timestamp: ts, unit: user, label: truth, servedBy: model, latency: ms, error: err, prediction: said }';
    const table = await evidenceOf([], { file: 'log.csv', text: `${header}\n${rows.join('\n')}\n`, fields });
    expect(table.comparisons).toEqual((await evidenceOf(records)).comparisons);
  });

  test('and a candidate that is worse is found', async () => {
    const records = log(2000, sticky).map((each) =>
      each.served_by === '1.1.0' ? { ...each, latency_ms: 50 + (each.latency_ms ?? 0) } : each,
    );
    expect((await evidenceOf(records)).verdict.decision).toBe('rollback');
  });
});

describe('the split', () => {
  test('that is not the one asked for holds', async () => {
    const evidence = await evidenceOf(log(2000, tooMany));
    expect(check(evidence, 'sample ratio')).toMatchObject({ status: 'hold' });
    expect(evidence.verdict.decision).toBe('hold');
  });

  test('is compared with the traffic once a stage is entered, not with the stage asked for', async () => {
    const rollout = liveRollout(log(2000, sticky));
    await rollout.evaluate();
    await promote(rollout.world, 'plan.yaml', {});
    const evidence = await rollout.evaluate();
    expect(evidence.stage).toMatchObject({ name: 'full', weight: 1 });
    expect(check(evidence, 'sample ratio')?.detail).toContain('where the weight says 20%');
    expect(evidence.verdict.decision).toBe('increase');
  });

  test('by requests is told, and counts users by the version that they met first unless most met both', async () => {
    const evidence = await evidenceOf(log(2000, byRequest));
    expect(check(evidence, 'sample ratio')).toMatchObject({
      status: 'pass',
      detail: expect.stringContaining('of 2,000 users'),
    });
    expect(check(evidence, 'served users')).toMatchObject({
      status: 'warn',
      detail: expect.stringMatching(/^both versions served \d+ of 2,000 users: the router assigns requests/u),
    });
    expect(evidence.cohorts[2]?.requests).toBe(4000);
  });
});

describe('a record of neither version', () => {
  test('is rejected with its reason, and many hold', async () => {
    const records = log(1000, sticky).map((each, index) => {
      if (index % 50 === 0) return { ...each, served_by: '0.9.0' };
      return index % 50 === 1 ? { ...each, served_by: undefined } : each;
    });
    const evidence = await evidenceOf(records);
    expect(evidence.inputs.requests[0]?.rejected).toEqual({ 'missing-served-by': 40, 'other-version': 40 });
    expect(check(evidence, 'rejected')).toMatchObject({ status: 'hold' });
  });

  test('a log of other versions alone cannot be used', async () => {
    await expect(evidenceOf(log(50, () => '0.9.0'))).rejects.toMatchObject({
      exitCode: 5,
      message: expect.stringContaining('none of 100 records can be used'),
    });
  });

  test('a field that no record has is named', async () => {
    await expect(evidenceOf(log(50, sticky), { fields: '{ servedBy: model_version }' })).rejects.toMatchObject({
      exitCode: 5,
      message: expect.stringContaining('no record has the field model_version, which requests.fields.servedBy names'),
    });
  });
});

describe('a log that does not tell answers', () => {
  const guardrails = ['{ metric: error_rate, max: 5% }'];
  const silent = { prediction: undefined, label: undefined };

  test('and never an error does not show that there are none', async () => {
    const evidence = await evidenceOf(log(1000, sticky, silent), { guardrails });
    expect(evidence.guardrails[0]).toMatchObject({ status: 'uncomputable' });
  });

  test.each([
    ['a status of HTTP', { ...silent, status: 200 }, '{ servedBy: served_by, error: status }'],
    ['true or false', { ...silent, error: false }, served],
  ])('but tells %s shows it', async (_title, extra, fields) => {
    const evidence = await evidenceOf(log(1000, sticky, extra), { guardrails, fields });
    expect(evidence.guardrails[0]).toMatchObject({ status: 'pass', value: 0 });
  });

  test('names errors by their status', async () => {
    const records = log(1000, sticky, silent).map((each, index) => ({ ...each, status: index % 4 === 0 ? 503 : 204 }));
    const evidence = await evidenceOf(records, { guardrails, fields: '{ servedBy: served_by, error: status }' });
    expect(Object.keys(evidence.outcomes.candidate.errors)).toEqual(['http-503']);
    expect(evidence.verdict.decision).toBe('rollback');
  });
});

test('the review of a plan counts those whom the candidate served', async () => {
  const rollout = liveRollout(log(1000, sticky));
  const { review } = await reviewPlan(rollout.world, 'plan.yaml');
  const evidence = await rollout.evaluate();
  expect(review.stages[0]).toMatchObject({ units: evidence.cohorts[0]?.units });
});
