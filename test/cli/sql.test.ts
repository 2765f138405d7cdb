import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Evidence } from '../../src/domain/evidence.ts';
import { evaluate } from '../../src/gate/evaluate/evaluate.ts';
import { run } from './harness.ts';
import {
  answer,
  askDuckdb,
  judgedOf,
  queryOf,
  selectionOf,
  sumsRequests,
  type WarehouseRollout,
  warehouseRollout,
} from './warehouse-rollout.ts';
import { TestRollout } from '../fixtures/test-rollout.ts';

let rollout: WarehouseRollout;
let sums: string;
beforeAll(async () => {
  rollout = await warehouseRollout(4000);
  await askDuckdb(rollout, await queryOf(rollout, 'duckdb'));
  sums = readFileSync(join(rollout.sums.folder, 'sums.csv'), 'utf8');
});

/** The evidence of a rollout's second stage. */
async function evaluated({ world }: TestRollout): Promise<Evidence> {
  return (await evaluate(world, 'plan.yaml', { stage: 'tenth' })).evidence;
}

test('sums judge as the log does, to the last bit', async () => {
  const [rows, summed] = [judgedOf(await evaluated(rollout.rows)), judgedOf(await evaluated(rollout.sums))];
  expect(summed.size).toBeGreaterThan(40);
  expect(Object.fromEntries(summed)).toEqual(Object.fromEntries(rows));
});

test('what metrics leave out of one version is asked of sums as of the log', async () => {
  const found = selectionOf(await evaluated(rollout.sums));
  expect(found).toMatchObject({ name: 'selection', status: expect.stringMatching(/pass|hold/u) });
  expect(found).toEqual(selectionOf(await evaluated(rollout.rows)));
});

test.each([
  [
    '{ metric: latency.mean, maxIncrease: 12ms, cap: 100ms }',
    'which could change it by 24.2 ms, but its bound leaves 7.74 ms',
  ],
  ['{ metric: error_rate, maxIncrease: 30pp }', 'no guardrail passes only because'],
])(
  'a candidate that tells no time of a quarter of its requests passes %s for the log and for sums alike',
  async (guardrail, found) => {
    const quiet = await warehouseRollout(4000, [guardrail], 1, 25);
    await askDuckdb(quiet, await queryOf(quiet, 'duckdb'));
    const [rows, summed] = [await evaluated(quiet.rows), await evaluated(quiet.sums)];
    expect(summed.guardrails).toMatchObject([{ status: 'pass' }]);
    expect(selectionOf(rows)).toMatchObject({ detail: expect.stringContaining(found) });
    expect(selectionOf(summed)).toEqual(selectionOf(rows));
  },
);

test('so do those of users with so much latency that its powers have more digits than a number of the database', async () => {
  const slow = await warehouseRollout(
    2000,
    ['{ metric: latency.mean, maxIncrease: 5% }', '{ metric: latency.mean, max: 99s }'],
    1000,
  );
  await askDuckdb(slow, await queryOf(slow, 'duckdb'));
  const alike = readFileSync(join(slow.sums.folder, 'sums.csv'), 'utf8').match(
    /,(?:pair|candidate|ratio),latency.*,1$/gmu,
  );
  expect(alike?.length).toBeGreaterThan(20);
  const [rows, summed] = [judgedOf(await evaluated(slow.rows)), judgedOf(await evaluated(slow.sums))];
  expect(Object.fromEntries(summed)).toEqual(Object.fromEntries(rows));
  expect([...rows.values()].filter((each) => JSON.stringify(each).includes('high'))).not.toEqual([]);
});

test('the same answer in another order and with names in capitals gives the same numbers', async () => {
  const [header = '', ...lines] = sums.trimEnd().split('\n');
  expect(await judgedOn(`${[header.toUpperCase(), ...lines.toReversed()].join('\n')}\n`)).toEqual(await judgedOn(sums));
});

test('so does one with a point behind its whole numbers', async () => {
  expect(await judgedOn(sums.replaceAll(/(?<=,)(\d+)(?=,|$)/gmu, '$1.0'))).toEqual(await judgedOn(sums));
});

test('so does one as a list of JSON, its numbers as texts where they have more digits than a double', async () => {
  const [names = [], ...rows] = sums.trimEnd().split('\n').map(cellsOf);
  const objects = rows.map((cells) => Object.fromEntries(names.map((name, index) => [name, jsonOf(cells[index])])));
  expect(await judgedOn(JSON.stringify(objects), 'sums.json')).toEqual(await judgedOn(sums));
  expect(await judgedOn(objects.map((each) => JSON.stringify(each)).join('\n'), 'sums.json')).toEqual(
    await judgedOn(sums),
  );
});

/** A cell as a warehouse writes it in JSON. */
function jsonOf(text = ''): unknown {
  if (text === '') return null;
  return /^-?\d{1,15}$/u.test(text) ? Number(text) : text;
}

/** The cells of a line of CSV. */
function cellsOf(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,"]*))/gu)].map(
    ([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain,
  );
}

/** What a stage is judged to be on a text of the answer. */
async function judgedOn(text: string, name = 'sums.csv'): Promise<unknown> {
  const plan = join(rollout.sums.folder, 'plan.yaml');
  const written = readFileSync(plan, 'utf8');
  answer(rollout, text, name);
  writeFileSync(plan, written.replace('sums.csv', name));
  try {
    const { comparisons, guardrails } = await evaluated(rollout.sums);
    return [comparisons, guardrails];
  } finally {
    writeFileSync(plan, written);
    answer(rollout, sums);
  }
}

test('a breach of latency is not proven where no hours are known, and what was not asked is listed', async () => {
  const { checks, guardrails } = await evaluated(rollout.sums);
  const unasked = checks.filter(({ detail }) => detail.startsWith('not asked')).map(({ name }) => name);
  expect(unasked.toSorted()).toEqual(['parity', 'segment mix', 'stability', 'window']);
  expect(guardrails.filter(({ metric, status }) => metric.startsWith('latency') && status === 'breach')).toEqual([]);
});

test('what sums cannot tell holds where the plan asks for it outright', async () => {
  const plan = join(rollout.sums.folder, 'plan.yaml');
  const written = readFileSync(plan, 'utf8');
  const asking = written.replace('weight: 10%', 'weight: 10%, minDuration: 2d');
  expect(asking).not.toBe(written);
  writeFileSync(plan, `${asking}checks: { parity: { action: hold }, window: { action: hold } }\n`);
  try {
    const { checks, verdict } = await evaluated(rollout.sums);
    const held = checks.filter(({ status, detail }) => status === 'hold' && detail.startsWith('not asked'));
    expect(held.map(({ name }) => name).toSorted()).toEqual(['parity', 'window']);
    expect(verdict.decision).not.toBe('increase');
  } finally {
    writeFileSync(plan, written);
  }
});

describe('refused is', () => {
  const refusals: readonly (readonly [string, (text: string) => string, RegExp])[] = [
    [
      'an answer for another plan',
      (text) => text.replaceAll(/^[0-9a-f]{16}/gmu, '0123456789abcdef'),
      /answers the question 0123456789abcdef/u,
    ],
    ['one without a column', (text) => text.replace('segment', 'part_of'), /has no column segment/u],
    [
      'one that is cut off',
      (text) => `${text.split('\n').slice(0, 20).join('\n')}\n`,
      /is not whole: it says that it has \d+ rows, but there are 19/u,
    ],
    [
      'a number that was rounded',
      (text) => text.replace(/,(\d)(\d{3})\d{6,},/u, ',$1.$2E+12,'),
      /which is not a whole number/u,
    ],
    ['a sum that the database gave up', (text) => text.replace(/,\d{9,},/u, ',,'), /is empty: the sum overflowed/u],
    [
      'a square of what users move a ratio by that wrapped around',
      (text) => text.replace(/(?<=,ratio,latency(?:[^,\n]*,){6}0,)(\d+),/u, '-$1,'),
      /overflowed in the warehouse/u,
    ],
    [
      'a cube that wrapped around',
      (text) => text.replace(/(?<=,pair,latency.*),(\d{16,}),/u, ',-$1,'),
      /overflowed in the warehouse/u,
    ],
  ];
  test.each(refusals)('%s', async (_name, damage, message) => {
    const damaged = damage(sums);
    expect(damaged).not.toBe(sums);
    answer(rollout, damaged);
    const { exitCode, stderr } = await run(['evaluate', 'plan.yaml', '--stage', 'tenth'], { cwd: rollout.sums.folder });
    answer(rollout, sums);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(5);
  });

  test("another stage's answer", async () => {
    const { exitCode, stderr } = await run(['evaluate', 'plan.yaml', '--stage', 'full'], { cwd: rollout.sums.folder });
    expect(stderr).toContain('--stage full --dialect');
    expect(exitCode).toBe(5);
  });

  test('a scheme that no warehouse computes, and keys that read records', async () => {
    const requests = sumsRequests.replace('{ format', '{ from: 2026-01-01, format');
    const wrong = new TestRollout({ plan: { requests, assignment: '{ scheme: murmur3 }' } });
    const { exitCode, stderr } = await run(['sql', 'plan.yaml', '--dialect', 'duckdb'], { cwd: wrong.folder });
    expect(stderr).toContain('murmur3 cannot be computed by a warehouse');
    expect(stderr).toContain('from is about records');
    expect(exitCode).toBe(2);
  });

  test('a dialect that there is not, and a plan that is judged on a log', async () => {
    const dialect = await run(['sql', 'plan.yaml', '--dialect', 'postgre'], { cwd: rollout.sums.folder });
    expect([dialect.exitCode, dialect.stderr]).toEqual([2, expect.stringContaining('postgres')]);
    const log = await run(['sql', 'plan.yaml', '--dialect', 'duckdb'], { cwd: rollout.rows.folder });
    expect([log.exitCode, log.stderr]).toEqual([2, expect.stringContaining('not judged on the sums')]);
  });
});

test('a plan is reviewed before and after its query was run', async () => {
  const after = await run(['plan', 'plan.yaml'], { cwd: rollout.sums.folder });
  expect([after.exitCode, after.stdout]).toEqual([0, expect.stringMatching(/numbers +[\d,]+ in 1 file/u)]);
  const fresh = new TestRollout({ plan: { requests: sumsRequests, assignment: '{ scheme: md5 }' } });
  const before = await run(['plan', 'plan.yaml'], { cwd: fresh.folder });
  expect([before.exitCode, before.stdout]).toEqual([0, expect.stringContaining('canary sql prints the query')]);
});
