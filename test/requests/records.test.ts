import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bothVersions, LogFolder, record } from './log-folder.ts';

let logs: LogFolder;
beforeAll(async () => {
  logs = await LogFolder.open();
});
afterAll(() => logs.close());

const outcome = (candidate: unknown): Record<string, unknown> => ({
  outcomes: { '1.4.2': { latency_ms: 1, prediction: 'refund' }, '1.5.0': candidate },
});
const good = JSON.stringify(record('good'));

/** Reads one line after a good one, and says for which reason it was left out. */
async function reasonFor(line: string | Uint8Array): Promise<Readonly<Record<string, number>> | undefined> {
  logs.write('one.jsonl', Buffer.concat([Buffer.from(`${good}\n`), Buffer.from(line), Buffer.from('\n')]));
  const { files, totals } = await logs.read({ files: ['one.jsonl'], recorded: bothVersions, input: true });
  expect(totals).toMatchObject({ rows: 2, accepted: 1, rejected: 1 });
  return files[0]?.rejected;
}

describe('a record is left out alone', () => {
  test.each([
    ['a cut line', good.slice(0, 80)],
    ['text that is not JSON', 'GET /predict 200'],
    [
      'bytes that are not UTF-8',
      Buffer.concat([Buffer.from('{"request_id":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]),
    ],
    ['NUL bytes', '\0\0\0\0'],
    ['two records on a line', `${good} ${good}`],
    ['a JSON array', `[${good}]`],
    ['a JSON string', '"request"'],
    ['null', 'null'],
    ['a lone surrogate', '{"request_id":"\\ud800"}'],
  ])('as unreadable: %s', async (_, line) => {
    expect(await reasonFor(line)).toEqual({ unreadable: 1 });
  });

  test.each([
    ['missing-id', { request_id: undefined }],
    ['missing-id', { request_id: null }],
    ['missing-id', { request_id: '' }],
    ['missing-timestamp', { timestamp: undefined }],
    ['missing-timestamp', { timestamp: '' }],
    ['bad-timestamp', { timestamp: 'yesterday' }],
    ['bad-timestamp', { timestamp: 'infinity' }],
    ['bad-timestamp', { timestamp: '2026-13-01T09:00:00.000Z' }],
    ['bad-timestamp', { timestamp: -1 }],
    ['bad-timestamp', { timestamp: 1e21 }],
    ['bad-timestamp', { timestamp: '-2026-11-01' }],
    ['bad-timestamp', { timestamp: true }],
    ['bad-timestamp', { timestamp: {} }],
    ['missing-unit', { user_id: undefined }],
    ['missing-unit', { user_id: '' }],
    ['missing-input', { input: undefined }],
    ['missing-input', { input: null }],
  ])('as %s: %j', async (reason, changes) => {
    expect(await reasonFor(JSON.stringify(record('bad', changes)))).toEqual({ [reason]: 1 });
  });

  test.each([
    ['bad-input', '"input":{"text":"where is my order"}', '"input":{"text":"NaN","age":NaN}'],
    ['bad-input', '"input":{"text":"where is my order"}', '"input":-Infinity'],
  ])('as %s: %s written as %s', async (reason, from, to) => {
    expect(await reasonFor(JSON.stringify(record('bad')).replace(from, to))).toEqual({ [reason]: 1 });
  });

  test('for the first reason that holds, in their documented order', async () => {
    expect(await reasonFor(JSON.stringify({ timestamp: 'x', outcomes: { '1.4.2': 5 } }))).toEqual({ 'missing-id': 1 });
    expect(await reasonFor(JSON.stringify(record('bad', { timestamp: 'x', user_id: '' })))).toEqual({
      'bad-timestamp': 1,
    });
  });
});

describe('times', () => {
  test.each([
    ['2026-11-01T09:00:00.000Z', '2026-11-01T09:00:00.000000'],
    ['2026-11-01T09:00:00Z', '2026-11-01T09:00:00.000000'],
    ['2026-11-01T09:00:00.123456Z', '2026-11-01T09:00:00.123456'],
    ['2026-11-01T09:00:00.123456789Z', '2026-11-01T09:00:00.123456'],
    ['2026-11-01T09:00:00+02:00', '2026-11-01T07:00:00.000000'],
    ['2026-11-01T09:00:00.5-0330', '2026-11-01T12:30:00.500000'],
    ['2026-11-01T00:30:00+01', '2026-10-31T23:30:00.000000'],
    ['2026-11-01 09:00:00', '2026-11-01T09:00:00.000000'],
    ['2026-11-01T09:00', '2026-11-01T09:00:00.000000'],
    ['2026-11-01T09:00Z', '2026-11-01T09:00:00.000000'],
    ['2026-11-01T09:00+02:00', '2026-11-01T07:00:00.000000'],
    ['2026-11-01T09:00:00,25z', '2026-11-01T09:00:00.250000'],
    ['20261101T090000Z', '2026-11-01T09:00:00.000000'],
    ['20261101T0900+0200', '2026-11-01T07:00:00.000000'],
    ['2026-11-01', '2026-11-01T00:00:00.000000'],
    [1_793_523_600, '2026-11-01T09:00:00.000000'],
    [1_793_523_600.25, '2026-11-01T09:00:00.250000'],
    [1_793_523_600_123, '2026-11-01T09:00:00.123000'],
    [1_793_523_600_123_456, '2026-11-01T09:00:00.123456'],
    ['1793523600123456789', '2026-11-01T09:00:00.123457'],
    ['2026-11-01 09:00:00,123', '2026-11-01T09:00:00.123000'],
    ['1793523600', '2026-11-01T09:00:00.000000'],
    ['1793523600123', '2026-11-01T09:00:00.123000'],
    ['1.7935236e9', '2026-11-01T09:00:00.000000'],
    [0, '1970-01-01T00:00:00.000000'],
  ])('%j is %s in UTC', async (timestamp, time) => {
    logs.writeRecords('time.jsonl', [record('r1', { timestamp })]);
    await logs.read({ files: ['time.jsonl'] });
    expect(await logs.db.rows(`SELECT strftime("at", '%Y-%m-%dT%H:%M:%S.%f') AS time FROM requests`)).toEqual([
      { time },
    ]);
  });

  test('decide which requests count, from the first moment of the window to before its last', async () => {
    const hours = [8, 9, 10, 11].map((hour) =>
      record(`r${hour}`, { timestamp: `2026-11-01T${String(hour).padStart(2, '0')}:00:00Z` }),
    );
    logs.writeRecords('window.jsonl', hours);
    const { totals } = await logs.read({
      files: ['window.jsonl'],
      from: '2026-11-01T10:00:00+01:00',
      to: '2026-11-01T11:00:00Z',
    });
    expect(totals).toMatchObject({ rows: 4, accepted: 2, outsideWindow: 2, rejected: 0 });
    expect(totals).toMatchObject({ first: '2026-11-01T09:00:00.000Z', last: '2026-11-01T10:00:00.000Z' });
  });
});

describe('recorded outcomes', () => {
  test.each([
    ['refund', { label: 'refund', value: null, score: null }],
    ['a "quoted" \\ label', { label: 'a "quoted" \\ label', value: null, score: null }],
    [0.25, { label: '0.25', value: 0.25, score: null }],
    [3, { label: '3', value: 3, score: null }],
    [true, { label: 'true', value: null, score: null }],
    [
      { label: 'refund', score: 0.75 },
      { label: 'refund', value: null, score: 0.75 },
    ],
    [{ label: 'refund' }, { label: 'refund', value: null, score: null }],
    [{ scores: { greet: 0.25, refund: 0.5, other: 0.25 } }, { label: 'refund', value: null, score: 0.5 }],
    [{ scores: { refund: 0.5, greet: 0.5 } }, { label: 'greet', value: null, score: 0.5 }],
    [{ scores: { 'it"s': 1 } }, { label: 'it"s', value: null, score: 1 }],
  ])('the prediction %j is %j', async (prediction, answer) => {
    logs.writeRecords('answer.jsonl', [record('r1', outcome({ prediction }))]);
    await logs.read({ files: ['answer.jsonl'], recorded: bothVersions });
    const rows = await logs.db.rows(
      'SELECT candidate_label AS label, candidate_value AS value, candidate_score AS score FROM requests',
    );
    expect(rows).toEqual([answer]);
  });

  test('keep an absent latency apart from zero', async () => {
    logs.writeRecords('latency.jsonl', [
      record('r1', outcome({ prediction: 'refund' })),
      record('r2', outcome({ latency_ms: 0, prediction: 'refund' })),
    ]);
    await logs.read({ files: ['latency.jsonl'], recorded: bothVersions, ordered: true });
    expect(await logs.db.rows('SELECT candidate_latency_ns AS ns FROM requests ORDER BY seq')).toEqual([
      { ns: null },
      { ns: 0 },
    ]);
  });

  test('of one version only are a live split', async () => {
    logs.writeRecords('split.jsonl', [
      record('r1', { outcomes: { '1.4.2': { prediction: 'refund' } } }),
      record('r2', { outcomes: { '1.5.0': { prediction: 'refund' }, '1.4.2': null } }),
      record('r3', { outcomes: {} }),
      record('r4', { outcomes: undefined }),
    ]);
    const { totals } = await logs.read({ files: ['split.jsonl'], recorded: bothVersions, ordered: true });
    expect(totals).toMatchObject({ accepted: 4, outcomes: { baseline: 1, candidate: 1 } });
    expect(
      await logs.db.rows('SELECT baseline_present AS b, candidate_present AS c FROM requests ORDER BY seq'),
    ).toEqual([
      { b: true, c: false },
      { b: false, c: true },
      { b: false, c: false },
      { b: false, c: false },
    ]);
  });

  test('that first appear after tens of thousands of records are all read', async () => {
    const answered = { '1.4.2': { prediction: 'refund' }, '1.5.0': { prediction: 'refund' } };
    const failed = { '1.4.2': { prediction: 'refund' }, '1.5.0': { latency_ms: 2000, error: 'timeout' } };
    const records = Array.from({ length: 70_000 }, (_, index) =>
      record(`r${index}`, { outcomes: index < 35_000 ? answered : failed }),
    );
    logs.writeRecords('late.jsonl', records);
    const { totals } = await logs.read({ files: ['late.jsonl'], recorded: bothVersions });
    expect(totals.accepted).toBe(70_000);
    expect(
      await logs.db.rows('SELECT count(candidate_error) AS errors, count(candidate_latency_ns) AS timed FROM requests'),
    ).toEqual([{ errors: 35_000, timed: 35_000 }]);
  });
});

describe('segments', () => {
  test('derive the hour and the weekday from the time, in UTC', async () => {
    logs.writeRecords('hours.jsonl', [
      record('r1', { timestamp: '2026-11-01T00:30:00+01:00' }),
      record('r2', { timestamp: '2026-11-02T09:00:00Z' }),
    ]);
    await logs.read({
      files: ['hours.jsonl'],
      segments: { hour: 'timestamp.hour', weekday: 'timestamp.weekday' },
      ordered: true,
    });
    expect(
      await logs.db.rows('SELECT "segment:hour" AS hour, "segment:weekday" AS weekday FROM requests ORDER BY seq'),
    ).toEqual([
      { hour: '23', weekday: 'sat' },
      { hour: '09', weekday: 'mon' },
    ]);
  });

  test('read numbers and truth values as they are written, and empty text as none', async () => {
    const contexts = [{ locale: 7 }, { locale: true }, { locale: '' }, { locale: null }, {}];
    logs.writeRecords(
      'values.jsonl',
      contexts.map((context, index) => record(`r${index}`, { context })),
    );
    await logs.read({ files: ['values.jsonl'], segments: { locale: 'context.locale' }, ordered: true });
    const rows = await logs.db.columns('SELECT "segment:locale" AS locale FROM requests ORDER BY seq');
    expect(rows.strings('locale')).toEqual(['7', 'true', null, null, null]);
  });
});
