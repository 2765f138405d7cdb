import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LogFolder } from '../log-folder.ts';
import { importOptions } from './import-fixture.ts';

let logs: LogFolder;
let count = 0;
beforeAll(async () => {
  logs = await LogFolder.open();
});
beforeEach(() => {
  count += 1;
});
afterAll(() => logs.close());

const row = (changes: Readonly<Record<string, unknown>> = {}) => ({
  databricks_request_id: 'd1',
  client_request_id: null,
  request_time: '2026-11-01T09:00:00.000Z',
  status_code: 200,
  execution_duration_ms: 40,
  request: '{"dataframe_records":[{"text":"a","user":"u9"}]}',
  response: '{"predictions":["refund"]}',
  served_entity_id: 'v1',
  requester: 'anna@example.com',
  ...changes,
});

async function readTable(rows: readonly unknown[], fields = {}) {
  logs.writeRecords(`table-${count}.jsonl`, rows);
  const facts = await logs.read({ files: [`table-${count}.jsonl`], ...importOptions('inference-table', fields) });
  return {
    facts,
    rows: await logs.db.rows('SELECT * EXCLUDE ("at"), "at"::VARCHAR AS "at" FROM requests ORDER BY id'),
  };
}

describe('an inference table', () => {
  test('holds time, user, version, latency and status', async () => {
    const { rows } = await readTable([
      row(),
      row({ databricks_request_id: 'd2', status_code: 503, response: 'busy', execution_duration_ms: 7 }),
    ]);
    expect(rows).toMatchObject([
      { id: 'd1', unit: 'anna@example.com', baseline_label: 'refund', baseline_latency_ns: 40e6, baseline_error: null },
      { id: 'd2', baseline_label: null, baseline_latency_ns: 7e6, baseline_error: 'http-503' },
    ]);
  });

  test.each([
    ['records', { dataframe_records: [{ a: 1 }, { a: 2 }] }, ['{"a":1}', '{"a":2}']],
    [
      'a split frame',
      {
        dataframe_split: {
          columns: ['a', 'b'],
          data: [
            [1, 'x'],
            [2, null],
          ],
        },
      },
      ['{"a":1,"b":"x"}', '{"a":2,"b":null}'],
    ],
    ['instances', { instances: [1, 2] }, ['1', '2']],
    ['inputs', { inputs: [[1], [2]] }, ['[1]', '[2]']],
  ])('unpacks %s', async (_, request, expected) => {
    const response = JSON.stringify({ predictions: ['refund', 'other'] });
    const { rows } = await readTable([row({ request: JSON.stringify(request), response })]);
    expect(rows.map((each) => each['input'])).toEqual(expected);
    expect(rows.map((each) => each['baseline_latency_ns'])).toEqual([40e6, 40e6]);
  });

  test('of the older kind is CSV with milliseconds and the model version in a map', async () => {
    const request = '"{""instances"":[1]}"';
    const metadata = '"{""model_name"":""m"",""model_version"":""v2""}"';
    logs.write(
      'older.csv',
      `databricks_request_id,timestamp_ms,status_code,execution_time_ms,request,response,request_metadata,user
       d1,1793523600000,200,12,${request},"{""predictions"":[""other""]}",${metadata},u1\n`.replaceAll(
        '\n       ',
        '\n',
      ),
    );
    await logs.read({ files: ['older.csv'], ...importOptions('inference-table', { unit: 'user' }) });
    expect(
      await logs.db.rows('SELECT id, unit, "at"::VARCHAR AS "at", candidate_label, candidate_latency_ns FROM requests'),
    ).toEqual([
      { id: 'd1', unit: 'u1', at: '2026-11-01 09:00:00', candidate_label: 'other', candidate_latency_ns: 12e6 },
    ]);
  });

  test('exported to Parquet is the same', async () => {
    logs.writeRecords('rows.jsonl', [row()]);
    await logs.db
      .run(`COPY (SELECT * REPLACE (request_time::TIMESTAMP AS request_time) FROM read_json('${logs.path}/rows.jsonl'))
      TO '${logs.path}/rows.parquet' (FORMAT parquet)`);
    await logs.read({ files: ['rows.parquet'], ...importOptions('inference-table', {}) });
    expect(await logs.db.rows('SELECT id, unit, "at"::VARCHAR AS "at", baseline_label FROM requests')).toEqual([
      { id: 'd1', unit: 'anna@example.com', at: '2026-11-01 09:00:00', baseline_label: 'refund' },
    ]);
  });

  test('pairs what both versions answered to one client_request_id', async () => {
    const shadow = row({
      databricks_request_id: 's1',
      client_request_id: 'c1',
      served_entity_id: 'v2',
      response: '{"predictions":["other"]}',
    });
    const { rows } = await readTable([shadow, row({ client_request_id: 'c1' })]);
    expect(rows).toMatchObject([{ id: 'd1', baseline_label: 'refund', candidate_label: 'other' }]);
  });

  test('whose body has nothing in the place of answers says that its version answered nothing', async () => {
    const served = { by: 'served_entity_id', latency: 'latency_ms', error: 'error', prediction: 'prediction' };
    const nothing = ['{"predictions":null}', '{"predictions":[null]}', '{"predictions":[]}', '{"outputs":null}'];
    const right = Array.from({ length: 9 }, (_, index) => row({ databricks_request_id: `r${index}` }));
    const odd = nothing.map((response, index) => row({ databricks_request_id: `n${index}`, response }));
    const { rows } = await readTable([...right, ...odd], { served });
    const errors = rows.filter(({ id }) => String(id).startsWith('n')).map((each) => each['baseline_error']);
    expect(errors).toEqual(nothing.map(() => 'bad-outcome'));
  });

  test('of a live split leaves out what neither version answered and what was not logged, and fails an answer of nothing', async () => {
    const served = { by: 'served_entity_id', latency: 'latency_ms', error: 'error', prediction: 'prediction' };
    const { facts, rows } = await readTable(
      [
        row(),
        row({ databricks_request_id: 'd2', served_entity_id: 'v0' }),
        row({ databricks_request_id: 'd3', response: null }),
        row({ databricks_request_id: 'd4' }),
        row({ databricks_request_id: 'd5', response: null, logging_error_codes: ['MAX_RESPONSE_SIZE_EXCEEDED'] }),
      ],
      { served },
    );
    expect(facts.files[0]?.rejected).toEqual({ 'other-version': 1, 'bad-outcome': 1 });
    expect(rows.map((each) => [each['id'], each['baseline_error']])).toEqual([
      ['d1', null],
      ['d3', 'bad-outcome'],
      ['d4', null],
    ]);
  });

  test('with a clock that ran backwards loses that time alone', async () => {
    const { facts } = await readTable([row(), row({ databricks_request_id: 'd2', execution_duration_ms: -3 })]);
    expect(facts.files[0]?.rejected).toEqual({});
    expect(facts.totals.accepted).toBe(2);
  });

  test('may keep the user in the input', async () => {
    const { rows } = await readTable([row({ requester: null })], { unit: 'input.user' });
    expect(rows[0]?.['unit']).toBe('u9');
  });
});

describe('rows of TensorFlow Serving', () => {
  const base = { request_id: 't1', time: '2026-11-01T09:00:00Z', model_version: 'v1', user: 'u1' };
  const readRow = async (changes: object) => {
    logs.writeRecords(`tf-${count}.jsonl`, [{ ...base, ...changes }]);
    await logs.read({ files: [`tf-${count}.jsonl`], ...importOptions('tf-serving', { unit: 'user' }) });
    return await logs.db.rows('SELECT * EXCLUDE ("at") FROM requests ORDER BY id');
  };

  test.each([
    ['bodies', { request: { instances: [[1]] }, response: { predictions: [[0.2, 0.8]] } }],
    ['texts of bodies', { raw_data: '{"instances":[[1]]}', raw_prediction: '{"predictions":[[0.2,0.8]]}' }],
    ['the parts of bodies', { instances: [[1]], predictions: [[0.2, 0.8]] }],
    ['the columnar form', { request: { inputs: [[1]] }, response: { outputs: [[0.2, 0.8]] } }],
  ])('keep %s', async (_, bodies) => {
    expect(await readRow(bodies)).toMatchObject([
      { id: 't1', input: '[1]', baseline_label: 'refund', baseline_score: 0.8 },
    ]);
  });

  test('tell an error as one kind, however the server words it', async () => {
    expect(
      await readRow({ request: { instances: [1] }, response: { error: 'no such signature' }, latency_ms: 3 }),
    ).toMatchObject([{ baseline_error: 'error-response', baseline_label: null, baseline_latency_ns: 3e6 }]);
  });
});

describe('a file of another format', () => {
  test.each([
    ['sagemaker-capture', { request_id: 'r', outcomes: {} }, 'canary'],
    ['kserve-logger', { captureData: { endpointInput: { data: '' } } }, 'sagemaker-capture'],
    ['inference-table', { specversion: '1.0', type: 'x', id: '1' }, 'kserve-logger'],
    ['tf-serving', row(), 'inference-table'],
    ['inference-table', { instances: [1], predictions: [2] }, 'tf-serving'],
    ['sagemaker-capture', { ReqType: 'x', Bytes: '' }, 'kserve-logger'],
  ] as const)('%s: the message names the format that it looks like', async (format, record, found) => {
    logs.writeRecords(`other-${count}.jsonl`, [record]);
    await expect(
      logs.read({ files: [`other-${count}.jsonl`], ...importOptions(format, { unit: 'x' }) }),
    ).rejects.toMatchObject({
      exitCode: 5,
      hint: `write under requests: format: ${found}`,
    });
  });

  test('that canary does not know is described', async () => {
    logs.writeRecords(`unknown-${count}.jsonl`, [{ a: 1, b: { c: 2 } }]);
    const options = importOptions('tf-serving', { unit: 'x' });
    await expect(logs.read({ files: [`unknown-${count}.jsonl`], ...options })).rejects.toMatchObject({
      message: expect.stringContaining('does not look like'),
      hint: expect.stringContaining('a, b.c'),
    });
  });

  test('under format: canary is named too', async () => {
    logs.writeRecords(`plain-${count}.jsonl`, [row()]);
    await expect(logs.read({ files: [`plain-${count}.jsonl`] })).rejects.toMatchObject({
      hint: 'write under requests: format: inference-table',
    });
  });
});
