import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LogFolder } from '../log-folder.ts';
import { formatFixtures, importOptions } from './import-fixture.ts';

let logs: LogFolder;
let log = '';
let count = 0;
beforeAll(async () => {
  logs = await LogFolder.open();
});
beforeEach(() => {
  count += 1;
  log = `events-${count}.jsonl`;
});
afterAll(() => logs.close());

type Changes = Readonly<Record<string, unknown>>;

function event(kind: 'request' | 'response', id: string, data: unknown, changes: Changes = {}) {
  return {
    specversion: '1.0',
    type: `org.kubeflow.serving.inference.${kind}`,
    id,
    time: '2026-11-01T09:00:00Z',
    inferenceservicename: 'v1',
    endpoint: '',
    metadata: '{"X-User-Id":["u1"]}',
    data,
    ...changes,
  };
}
const request = (id: string, instances: unknown, changes?: Changes) => event('request', id, { instances }, changes);
const response = (id: string, predictions: unknown, changes?: Changes) =>
  event('response', id, { predictions }, changes);

const unit = { unit: 'metadata.x-user-id' };

async function read(records: readonly unknown[], fields = {}) {
  logs.writeRecords(log, records);
  const facts = await logs.read({ files: [log], ...importOptions('kserve-logger', { ...unit, ...fields }) });
  return { facts, rows: await logs.db.rows('SELECT * EXCLUDE ("at") FROM requests ORDER BY id') };
}

describe('a request and its response', () => {
  test('are one request, in whatever order they arrive', async () => {
    const { facts, rows } = await read([
      response('b', ['refund', 'other']),
      request('a', [1]),
      request('b', [2, 3]),
      response('a', ['other']),
    ]);
    expect(rows.map((row) => [row['id'], row['unit'], row['input'], row['baseline_label']])).toEqual([
      ['a', 'u1', '1', 'other'],
      ['b#0', 'u1', '2', 'refund'],
      ['b#1', 'u1', '3', 'other'],
    ]);
    expect(facts.files[0]).toMatchObject({ rows: 3, lines: { lines: 4, unpacked: 1, joined: 2, unmatched: 0 } });
  });

  test('that never came is an error of unknown kind', async () => {
    const { rows } = await read([request('a', [1, 2]), request('b', [3]), response('b', ['refund'])]);
    expect(rows.map((row) => [row['id'], row['baseline_present'], row['baseline_error']])).toEqual([
      ['a#0', true, 'no-response'],
      ['a#1', true, 'no-response'],
      ['b', true, null],
    ]);
  });

  test('of two services under one id are told apart', async () => {
    const v2 = { inferenceservicename: 'v2' };
    const { rows } = await read([
      request('a', [1]),
      request('a', [1], v2),
      response('a', ['other'], v2),
      response('a', ['refund']),
    ]);
    expect(rows.map((row) => [row['id'], row['baseline_label'], row['candidate_label']])).toEqual([
      ['a', 'refund', 'other'],
    ]);
  });

  test('delivered twice counts once', async () => {
    const { facts } = await read([request('a', [1]), request('a', [1]), response('a', ['x']), response('a', ['x'])]);
    expect(facts.files[0]).toMatchObject({ rows: 2, collapsed: 1, lines: { lines: 4, joined: 2 } });
    expect(facts.totals.accepted).toBe(1);
  });
});

describe('what cannot be used costs itself and is counted', () => {
  const good = [request('good', [1]), response('good', ['refund'])];

  test.each([
    ['a response for an unknown request', [response('x', ['refund'])], 'unknown-request'],
    [
      'a clock that runs backwards',
      [request('x', [1], { time: '2026-11-01T09:00:01Z' }), response('x', ['refund'])],
      'backwards-clock',
    ],
    [
      'two responses that differ',
      [request('x', [1]), response('x', ['a']), response('x', ['b'])],
      'conflicting-copies',
    ],
    ['no user', [request('x', [1], { metadata: '{}' }), response('x', ['a'])], 'missing-unit'],
    ['an event of another type', [{ specversion: '1.0', type: 'com.example', id: 'x' }], 'unreadable'],
  ])('%s', async (_, bad, reason) => {
    const { facts } = await read([...good, ...bad]);
    expect(facts.files[0]?.rejected).toEqual({ [reason]: 1 });
    const { lines, unpacked, joined, unmatched } = facts.files[0]?.lines ?? {};
    expect((lines ?? 0) + (unpacked ?? 0)).toBe((facts.files[0]?.rows ?? 0) + (joined ?? 0) + (unmatched ?? 0));
  });

  test('a response of another length is a failure of the version that gave it, on each request of the batch', async () => {
    const { facts } = await read([...good, request('x', [1, 2]), response('x', ['refund'])]);
    expect(facts.files[0]?.rejected).toEqual({});
    expect(facts.reading.outcomes.baseline ?? facts.reading.outcomes.candidate).toMatchObject({
      requests: 3,
      failed: 2,
      unreadable: 2,
    });
  });

  test('requests without a single response are an error, since mode: request tells no failures', async () => {
    await expect(read([request('a', [1])])).rejects.toMatchObject({
      exitCode: 5,
      hint: expect.stringContaining('mode: all'),
    });
  });

  test('responses without a single request of theirs are one too', async () => {
    await expect(read([request('a', [1]), response('b', ['x'])])).rejects.toMatchObject({
      message: expect.stringContaining('none of the 1 responses'),
    });
  });
});

const tensor = (name: string, shape: number[], data: unknown[]) => ({ name, shape, datatype: 'FP32', data });

describe('bodies', () => {
  test('may be Base64, JSON in a text, and have no content type', async () => {
    const encoded = Buffer.from('{"instances":["ü"]}').toString('base64');
    const { rows } = await read([
      event('request', 'a', undefined, { data_base64: encoded, datacontenttype: null }),
      event('response', 'a', '{"predictions":["refund"]}'),
    ]);
    expect(rows[0]).toMatchObject({ input: '"ü"', baseline_label: 'refund' });
  });

  test('of the Open Inference Protocol are batches by their first dimension', async () => {
    const { rows } = await read([
      event('request', 'a', { inputs: [tensor('x', [2, 2], [1, 2, 3, 4]), tensor('y', [2], [5, 6])] }),
      event('response', 'a', { outputs: [tensor('p', [2, 2], [0.9, 0.1, 0.2, 0.8])] }),
    ]);
    expect(rows.map((row) => [row['input'], row['baseline_label']])).toEqual([
      ['{"x":[1,2],"y":[5]}', 'other'],
      ['{"x":[3,4],"y":[6]}', 'refund'],
    ]);
  });
});

test('blob files hold one record or an array of them, and no time but in a header', async () => {
  const options = importOptions('kserve-logger', { unit: 'Metadata.X-User-Id', timestamp: 'Metadata.X-Request-Time' });
  const facts = await logs.read({
    folder: formatFixtures,
    files: ['kserve-logger/blobs/*.json'],
    ...options,
    servedAs: { 'intent-v1': 'baseline' },
  });
  expect(await logs.db.rows('SELECT id, unit, input, baseline_label FROM requests ORDER BY id')).toEqual([
    { id: 'b-01', unit: 'u1', input: '{"text":"hi"}', baseline_label: 'other' },
    { id: 'b-02#0', unit: 'u2', input: '{"x":[1,2]}', baseline_label: 'refund' },
    { id: 'b-02#1', unit: 'u2', input: '{"x":[3,4]}', baseline_label: 'other' },
    { id: 'b-03', unit: 'u3', input: '[1,2]', baseline_label: 'refund' },
  ]);
  expect(facts.files.map(({ lines }) => lines?.lines)).toEqual([1, 1, 4]);
  await expect(
    logs.read({
      folder: formatFixtures,
      files: ['kserve-logger/blobs/*.json'],
      ...importOptions('kserve-logger', { unit: 'Metadata.X-User-Id' }, { servedAs: { '*': 'baseline' } }),
    }),
  ).rejects.toMatchObject({
    message: expect.stringContaining('missing-timestamp'),
    hint: expect.stringContaining('header'),
  });
});
