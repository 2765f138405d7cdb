import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bothVersions, LogFolder, record, needsZstd } from './log-folder.ts';

let logs: LogFolder;
beforeAll(async () => {
  logs = await LogFolder.open();
});
afterAll(() => logs.close());

const everything = {
  recorded: bothVersions,
  segments: { locale: 'context.locale' },
  input: true,
  ordered: true,
} as const;
const columns = `id, strftime("at", '%Y-%m-%dT%H:%M:%S.%gZ') AS time, unit, input, label, "segment:locale" AS locale,
  baseline_present, baseline_latency_ns, baseline_error, baseline_label, candidate_present, candidate_latency_ns, candidate_error, candidate_label`;
const expected = [
  {
    id: 'r1',
    time: '2026-11-01T09:00:00.000Z',
    unit: 'u1',
    input: '{"text":"where is my order"}',
    label: 'refund',
    locale: 'de-DE',
    baseline_present: true,
    baseline_latency_ns: 41_200_000,
    baseline_error: null,
    baseline_label: 'refund',
    candidate_present: true,
    candidate_latency_ns: 39_800_000,
    candidate_error: 'timeout',
    candidate_label: null,
  },
  {
    id: 'r2',
    time: '2026-11-01T09:00:01.000Z',
    unit: 'ü,"2"',
    input: '{"text":"line\\nbreak"}',
    label: 'refund',
    locale: null,
    baseline_present: true,
    baseline_latency_ns: null,
    baseline_error: null,
    baseline_label: 'refund "now"',
    candidate_present: false,
    candidate_latency_ns: null,
    candidate_error: null,
    candidate_label: null,
  },
];
const jsonLines = [
  record('r1'),
  record('r2', {
    timestamp: '2026-11-01T09:00:01.000Z',
    user_id: 'ü,"2"',
    context: {},
    input: { text: 'line\nbreak' },
    outcomes: { '1.4.2': { prediction: 'refund "now"' } },
  }),
]
  .map((line) => JSON.stringify(line))
  .join('\n');
const csvHeader =
  'request_id,timestamp,user_id,context.locale,input,label,outcomes.1.4.2.latency_ms,outcomes.1.4.2.prediction,outcomes.1.5.0.latency_ms,outcomes.1.5.0.error,outcomes.1.5.0.prediction';
const csvRows = [
  'r1,2026-11-01T09:00:00.000Z,u1,de-DE,"{""text"":""where is my order""}",refund,41.2,refund,39.8,timeout,',
  'r2,2026-11-01T09:00:01.000Z,"ü,""2""",,"{""text"":""line\\nbreak""}",refund,,"refund ""now""",,,',
];

const quoted = (value: unknown): string => `"${JSON.stringify(value).replaceAll('"', '""')}"`;

const fiftyRows = (from: number): string =>
  Array.from({ length: 50 }, (_, index) => `r${from + index},1793523600,u1\n`).join('');

async function requests(): Promise<unknown> {
  return logs.db.rows(`SELECT ${columns} FROM requests ORDER BY seq`);
}

describe('one log gives the same requests', () => {
  test.for(['.jsonl', '.ndjson', '.json', '.jsonl.gz', '.jsonl.zst', '.json.gz'])(
    'as JSON lines in %s',
    async (ending, { skip }) => {
      needsZstd(ending, skip);
      logs.write(`lines${ending}`, jsonLines);
      await logs.read({ files: [`lines${ending}`], ...everything });
      expect(await requests()).toEqual(expected);
    },
  );

  test.for(['.csv', '.csv.gz', '.csv.zst'])('as CSV with one column per field in %s', async (ending, { skip }) => {
    needsZstd(ending, skip);
    logs.write(`table${ending}`, [csvHeader, ...csvRows].join('\n'));
    await logs.read({ files: [`table${ending}`], ...everything });
    expect(await requests()).toEqual(expected);
  });

  test.each([';', '\t', '|'])('as CSV with %j between the values', async (delimiter) => {
    logs.write(
      'other.csv',
      [csvHeader, ...csvRows].join('\n').replaceAll(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/gmu, delimiter),
    );
    await logs.read({ files: ['other.csv'], ...everything });
    expect(await requests()).toEqual(expected);
  });

  test('as Parquet with structs and a map', async () => {
    await logs.db.run(`COPY (
      SELECT 'r1' AS request_id, TIMESTAMPTZ '2026-11-01 09:00:00Z' AS timestamp, 'u1' AS user_id, {'locale': 'de-DE'} AS context,
        {'text': 'where is my order'} AS input, 'refund' AS label,
        MAP {'1.4.2': {'latency_ms': 41.2::DOUBLE, 'prediction': 'refund', 'error': NULL::VARCHAR},
             '1.5.0': {'latency_ms': 39.8::DOUBLE, 'prediction': NULL, 'error': 'timeout'}} AS outcomes
      UNION ALL SELECT 'r2', TIMESTAMPTZ '2026-11-01 09:00:01Z', 'ü,"2"', {'locale': NULL}, {'text': 'line' || chr(10) || 'break'}, 'refund',
        MAP {'1.4.2': {'latency_ms': NULL::DOUBLE, 'prediction': 'refund "now"', 'error': NULL::VARCHAR}}
    ) TO '${logs.path}/nested.parquet'`);
    await logs.read({ files: ['nested.parquet'], ...everything });
    expect(await requests()).toEqual(expected);
  });

  test('as Parquet with one column per field', async () => {
    logs.write('flat.csv', [csvHeader, ...csvRows].join('\n'));
    await logs.db
      .run(`COPY (SELECT * REPLACE ("outcomes.1.4.2.latency_ms"::DOUBLE AS "outcomes.1.4.2.latency_ms", timestamp::TIMESTAMP AS timestamp)
      FROM read_csv('${logs.path}/flat.csv', all_varchar = true)) TO '${logs.path}/flat.parquet'`);
    await logs.read({ files: ['flat.parquet'], ...everything });
    expect(await requests()).toEqual(expected);
  });

  test('as CSV whose outcomes are JSON text', async () => {
    const outcomes = record('r1')['outcomes'];
    logs.write(
      'mixed.csv',
      `request_id,timestamp,user_id,context,input,label,outcomes\nr1,2026-11-01T09:00:00Z,u1,${quoted({ locale: 'de-DE' })},${quoted({ text: 'where is my order' })},refund,${quoted(outcomes)}\n`,
    );
    await logs.read({ files: ['mixed.csv'], ...everything });
    expect(await requests()).toEqual(expected.slice(0, 1));
  });
});

describe('CSV', () => {
  test('reads quoted line ends as part of a value, however many there are', async () => {
    const value = 'first\nsecond, "third"\r\n'.repeat(1000);
    const rows = Array.from({ length: 200 }, (_, index) => `r${index},1793523600,u1,"${value.replaceAll('"', '""')}"`);
    logs.write('quoted.csv', `request_id,timestamp,user_id,input\r\n${rows.join('\r\n')}\r\n`);
    const { totals } = await logs.read({ files: ['quoted.csv'], input: true });
    expect(totals).toMatchObject({ rows: 200, accepted: 200 });
    expect(await logs.db.rows('SELECT DISTINCT input FROM requests')).toEqual([{ input: JSON.stringify(value) }]);
  });

  test('counts rows with too few or too many values or bytes that are not UTF-8 as unreadable', async () => {
    logs.write(
      'ragged.csv',
      Buffer.concat([
        Buffer.from(
          'request_id,timestamp,user_id\nr1,1793523600,u1\nr2,1793523600\nr3,1793523600,u1,more,and more\nr4,1793523600,',
        ),
        Buffer.from([0xff, 0xfe]),
        Buffer.from('\nr5,1793523600,u1\n'),
      ]),
    );
    const { files } = await logs.read({ files: ['ragged.csv'] });
    expect(files[0]).toMatchObject({ rows: 5, rejected: { unreadable: 3 } });
  });

  test('counts every line that a quote without its end takes along', async () => {
    logs.write('open.csv', `request_id,timestamp,user_id\n${fiftyRows(0)}r100,1,"u\n${fiftyRows(50)}`);
    const { files, totals } = await logs.read({ files: ['open.csv'] });
    expect(files[0]).toMatchObject({ rows: 101, rejected: { unreadable: 51 } });
    expect(totals.accepted).toBe(50);
  });

  test('is refused where such a quote takes more along than can be counted', async () => {
    const rows = Array.from({ length: 10_000 }, (_, index) => `r${index},1793523600,u1\n`).join('');
    logs.write('open.csv', `request_id,timestamp,user_id\nr,1,"u\n${rows}`);
    await expect(logs.read({ files: ['open.csv'] })).rejects.toMatchObject({
      exitCode: 5,
      message: expect.stringContaining('open.csv:2: a quote'),
    });
  });

  test('is refused where lines end in different ways', async () => {
    logs.write('ends.csv', 'request_id,timestamp,user_id\r\nr1,1,u\nr2,2,b\r\nr3,3,u\n');
    await expect(logs.read({ files: ['ends.csv'] })).rejects.toMatchObject({
      exitCode: 5,
      message: expect.stringContaining('end in different ways'),
    });
  });

  test('takes text that is not a JSON object or array for a string, numbers too', async () => {
    logs.write('text.csv', 'request_id,timestamp,user_id,input\nr1,1,u,5\nr2,2,u,"[1,2]"\nr3,3,u,{half\n');
    await logs.read({ files: ['text.csv'], input: true, ordered: true });
    expect(await logs.db.rows('SELECT input FROM requests ORDER BY seq')).toEqual([
      { input: '"5"' },
      { input: '[1,2]' },
      { input: '"{half"' },
    ]);
  });

  test('begins behind a byte order mark', async () => {
    logs.write('marked.csv', '\uFEFFrequest_id,timestamp,user_id\nr1,1793523600,u1\n');
    const { totals } = await logs.read({ files: ['marked.csv'] });
    expect(totals.accepted).toBe(1);
  });
});
