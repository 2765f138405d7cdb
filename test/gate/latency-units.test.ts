import { describe, expect, test } from 'vitest';
import type { Evidence } from '../../src/domain/evidence.ts';
import { heldRollout, pairs } from './held-logs.ts';
import { flat, inColumn, inContext, requests, served, servedBy, table, told } from './real-log-folder.ts';

/** Judges pairs of which both versions are always right. @param latency what the log says of a request, by version. */
async function judge(
  latency: (request: number) => readonly [baseline: number, candidate: number],
  { requests: more = '', guardrails = '{ metric: latency.mean, maxIncrease: 50% }' } = {},
): Promise<Evidence> {
  const records = pairs((truth, _baseline, _candidate, request) => {
    const prediction = truth ? '1' : '0';
    const [baseline, candidate] = latency(request);
    return {
      label: prediction,
      baseline: { prediction, latency_ms: baseline },
      candidate: { prediction, latency_ms: candidate },
    };
  });
  return await heldRollout(records, { guardrails, requests: more }).evaluate();
}

const usual = (request: number) => 40 + ((request * 7919) % 2000) / 71;
const inSeconds = (slower: number) => (request: number) =>
  [usual(request), (slower * usual(request + 1)) / 1000] as const;
const decided = ({ verdict, guardrails }: Evidence) => [verdict.decision, guardrails[0]?.status];

describe('pairs whose versions were timed in different units', () => {
  test.each<[string, number, number, string]>([
    ['the candidate in seconds', 1, 1e-3, '1.1.0 seems to be in s'],
    ['the candidate in seconds, and five times slower', 1, 5e-3, '1.1.0 seems to be in s'],
    ['the candidate in microseconds', 1, 1e3, '1.1.0 seems to be in us'],
    ['the candidate in nanoseconds', 1, 1e6, '1.1.0 seems to be in ns'],
    ['the version in production in seconds', 1e-3, 1, '1.0.0 seems to be in s'],
    ['the version in production in seconds, the candidate in microseconds', 1e-3, 1e3, '1.0.0 seems to be in s'],
    ['the candidate in whole seconds', 1, 0, 'typically 53.46 ms and 0 ms: 1.1.0 was not timed'],
  ])('%s hold, and say which unit fits', async (_, baseline, candidate, why) => {
    const evidence = await judge((request) => [usual(request) * baseline, usual(request + 1) * candidate]);
    expect(decided(evidence)).toEqual(['hold', 'uncomputable']);
    expect(evidence.guardrails[0]?.reason).toContain(why);
    expect(evidence.guardrails[0]?.reason).toContain('latencyUnit: { baseline: ');
  });

  test('are told apart once the plan says which unit is whose', async () => {
    const more = { requests: ', latencyUnit: { baseline: ms, candidate: s }' };
    expect(decided(await judge(inSeconds(1), more))).toEqual(['increase', 'pass']);
    expect(decided(await judge(inSeconds(3), more))).toEqual(['rollback', 'breach']);
  });

  test('are believed where the plan says that both are in one unit', async () => {
    const more = { requests: ', latencyUnit: { baseline: ms, candidate: ms }' };
    const slower = await judge((request) => [usual(request), 1000 * usual(request)], more);
    expect(decided(slower)).toEqual(['rollback', 'breach']);
    const faster = await judge((request) => [usual(request), usual(request) / 1000], more);
    expect(decided(faster)).toEqual(['increase', 'pass']);
  });
});

const inWholeMs = (request: number) => [request % 3 === 0 ? 1 : 0, request % 3 === 1 ? 1 : 0] as const;

describe('large changes are no other unit', () => {
  test.each<[string, (request: number) => readonly [number, number], string]>([
    ['a candidate that is 100 times slower', (request) => [usual(request), 100 * usual(request)], 'rollback'],
    ['a candidate that is 100 times faster', (request) => [usual(request), usual(request) / 100], 'increase'],
    [
      'a cache that answers every other request in microseconds',
      (request) => [usual(request), request % 2 === 0 ? usual(request) : 0.04],
      'increase',
    ],
  ])('%s', async (_, latency, decision) => {
    expect((await judge(latency)).verdict.decision).toBe(decision);
  });

  test('whole milliseconds of versions that take less than one', async () => {
    // With room for a timeout of two seconds so few requests would tell nothing of a third of a millisecond.
    const guardrails = '{ metric: latency.mean, cap: 2ms, maxIncrease: 50% }';
    expect((await judge(inWholeMs, { guardrails })).verdict.decision).toBe('increase');
  });
});

const live = 'fields: { servedBy: served_by }, ';

test('a live split whose candidate is timed in seconds holds', async () => {
  const records = requests.map((each) => {
    const record = served(each);
    return servedBy(each) === '1.1.0' ? { ...record, latency_ms: record.latency_ms / 1000 } : record;
  });
  const { evidence, notes } = await told({ 'log.jsonl': records }, 'log.jsonl', `${live}${inContext}`);
  const latency = evidence.guardrails.filter(({ metric }) => metric.startsWith('latency'));
  expect(latency.map(({ status }) => status)).toEqual(['uncomputable', 'uncomputable', 'uncomputable']);
  expect(evidence.verdict.decision).toBe('hold');
  expect(notes.join(' ')).toContain('write latencyUnit: { baseline: ms, candidate: s }');
});

const inUnit = (half: number, factor: number) =>
  table(
    requests
      .filter((_, index) => Math.floor(index / 200) === half)
      .map((each) => ({ ...flat(each), latency_ms: flat(each).latency_ms * factor })),
    ',',
  );

test('files of one log that are timed in different units hold, and are named', async () => {
  const { evidence } = await told(
    { 'monday.csv': inUnit(0, 1), 'tuesday.csv': inUnit(1, 0.001) },
    '*.csv',
    `${live}${inColumn}`,
  );
  const [latency] = evidence.guardrails;
  expect(latency?.status).toBe('uncomputable');
  expect(latency?.reason).toMatch(/monday\.csv.*tuesday\.csv/u);
});

test('points between thousands are refused until the plan says what they are', async () => {
  const slow = requests.map((each) => ({ ...flat(each), latency_ms: String(500 + 10 * flat(each).latency_ms) }));
  const german = slow.map((each) => ({ ...each, latency_ms: each.latency_ms.replace(/^1/u, '1.') }));
  const files = { 'log.csv': table(german, ';') };
  await expect(told(files, 'log.csv', `${live}${inColumn}`)).rejects.toMatchObject({
    exitCode: 5,
    hint: expect.stringContaining('decimal: comma'),
  });
  const decimal = await told(files, 'log.csv', `decimal: comma, ${live}${inColumn}`);
  const plain = await told({ 'log.csv': table(slow, ';') }, 'log.csv', `${live}${inColumn}`);
  expect(decimal.evidence.comparisons).toEqual(plain.evidence.comparisons);
});
