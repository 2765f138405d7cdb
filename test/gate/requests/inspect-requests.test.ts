import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/domain/errors.ts';
import { inspectRequests } from '../../../src/gate/requests/inspect-requests.ts';
import { type RequestsInspection, requestsText } from '../../../src/report/commands/requests-text.ts';
import { classifying, TestRollout } from '../../fixtures/test-rollout.ts';

const served = 'fields: { servedBy: served_by }, segments: { locale: locale }';

async function inspect(
  file: string,
  content: string | Buffer,
  requests = 'segments: { locale: locale }',
): Promise<RequestsInspection> {
  const plan = {
    name: 'inspected',
    requests: `{ source: ${file}, ${requests} }`,
    stages: '[{ name: full, weight: 1 }]',
    guardrails: ['{ metric: latency.p95, max: 120ms }'],
  };
  const { world } = new TestRollout({ plan, version: classifying(['a', 'b']), files: { [file]: content } });
  return await inspectRequests(world, 'plan.yaml', {});
}

function record(id: number, changes: Readonly<Record<string, unknown>> = {}) {
  const outcome = { latency_ms: 5, prediction: 'a' };
  return {
    request_id: `r${id}`,
    timestamp: `2026-11-01T09:00:${String(id % 60).padStart(2, '0')}Z`,
    user_id: `u${id % 10}`,
    locale: id % 4 === 0 ? 'de' : 'en',
    outcomes: { '1.0.0': outcome, '1.1.0': outcome },
    ...changes,
  };
}

const lines = [
  JSON.stringify(record(1)),
  '{"request_id": ',
  '',
  JSON.stringify(record(2, { user_id: '' })),
  JSON.stringify(record(3, { timestamp: 'yesterday' })),
  JSON.stringify(record(4)),
  JSON.stringify(record(4)),
  JSON.stringify(record(5)),
  JSON.stringify(record(5, { locale: 'fr' })),
  JSON.stringify(record(6, { outcomes: { '1.0.0': { latency_ms: -1, prediction: 'a' } } })),
  JSON.stringify(record(7, { outcomes: { '1.0.0': { latency_ms: 3 } } })),
  ...[8, 9, 10, 11].map((id) => JSON.stringify(record(id, { request_id: null }))),
];

describe.each([
  ['log.jsonl', `${lines.join('\n')}\n`],
  ['log.jsonl.gz', gzipSync(`${lines.join('\r\n')}\r\n`)],
])('of %s, what was rejected', (file, content) => {
  test('is told with where and why, three of each', async () => {
    const { rows, accepted, collapsed, rejected } = await inspect(file, content);
    expect({ rows, accepted, collapsed }).toEqual({ rows: 14, accepted: 4, collapsed: 1 });
    const told = rejected.flatMap(({ reason, records, examples }) =>
      examples.map((example) => `${reason} ${records} ${example.line} ${example.why}`),
    );
    expect(told.toSorted()).toEqual(
      [
        'missing-id 4 12 it has no request_id',
        'missing-id 4 13 it has no request_id',
        'missing-id 4 14 it has no request_id',
        'unreadable 1 2 it is not a JSON object',
        'missing-unit 1 4 it has no user_id',
        'bad-timestamp 1 5 timestamp is not a time: yesterday',
        'conflicting-copies 2 8 another record has the id "r5" and says something else',
        'conflicting-copies 2 9 another record has the id "r5" and says something else',
      ].toSorted(),
    );
  });
});

test('of a table, lines are those of the file, also after values of several lines', async () => {
  const csv = [
    'request_id,timestamp,user_id,locale,served_by,latency_ms,prediction',
    'r1,2026-11-01T09:00:00Z,"u\n1",de,1.0.0,5,a',
    '',
    'r2,2026-11-01T09:00:00Z,u2,de,1.1.0',
    'r3,2026-11-01T09:00:01Z,u3,de,0.9.0,5,a',
    '',
    'r4,2026-11-01T09:00:02Z,u4,de,,5,a',
    'r5,2026-11-01T09:00:03Z,u5,de,1.1.0,fast,a',
  ];
  const { rows, rejected } = await inspect('log.csv', `${csv.join('\n')}\n`, served);
  const told = rejected.flatMap(({ reason, examples }) => examples.map(({ line, why }) => `${reason} ${line} ${why}`));
  expect(told).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^unreadable 5 Expected Number of Columns: 7 Found: 5/u),
      'other-version 6 served_by is neither version: 0.9.0',
      'missing-served-by 8 it has no served_by',
    ]),
  );
  expect(told).toHaveLength(3);
  // A blank line before an unreadable row is not a record either.
  expect(rows).toBe(5);
});

function asText(records: readonly object[]): string {
  return records.map((each) => `${JSON.stringify(each)}\n`).join('');
}

describe('a log', () => {
  const many = Array.from({ length: 40 }, (_, id) => record(id, { label: id % 2 === 0 ? 'a' : 'b' }));

  test('is told with its users, period, segments and labels', async () => {
    expect(await inspect('log.jsonl', asText(many))).toMatchObject({
      plan: 'inspected',
      format: 'canary',
      units: 10,
      requestsPerUnit: { mean: 4, median: 4, most: 4 },
      from: '2026-11-01T09:00:00.000Z',
      to: '2026-11-01T09:00:39.000Z',
      segments: [
        { dimension: 'locale', values: 2, most: [{ value: 'en', requests: 30, share: 0.75 }, { value: 'de' }] },
      ],
      labels: { requests: 40, most: [{ value: 'a', requests: 20, share: 0.5 }, { value: 'b' }] },
    });
  });

  test.each([
    [
      'pairs',
      many,
      undefined,
      {
        'both versions': "40 of 40 requests have both versions' outcomes",
        latency: 'recorded of 40',
        errors: 'recorded',
        quality: '40 of 40',
        users: '10 users',
      },
      [],
    ],
    [
      'a live split that says little',
      many.map((each, index) => ({
        ...each,
        outcomes: undefined,
        label: undefined,
        served_by: index % 2 === 0 ? '1.0.0' : '1.1.0',
      })),
      served,
      {
        'both versions': "each request has one version's outcome",
        latency: 'no outcome says how long it took',
        errors: 'no place for errors',
        quality: 'no request has a label',
      },
      ['latency', 'errors', 'quality'],
    ],
    [
      'one user',
      many.map((each) => ({ ...each, user_id: 'u' })),
      undefined,
      { users: 'all requests are from one user' },
      ['users'],
    ],
  ])('of %s says what it can and cannot measure', async (_title, records, requests, whys, cannot) => {
    const { measures } = await inspect('log.jsonl', asText(records), requests);
    expect(measures.filter(({ can }) => !can).map(({ what }) => what)).toEqual(cannot);
    const told = Object.fromEntries(measures.map(({ what, why }) => [what, why]));
    for (const [what, why] of Object.entries(whys)) expect(told[what]).toContain(why);
  });

  test('without a good record is no verdict, and the first bad ones say why', async () => {
    const bad = many.map((each) => ({ ...each, timestamp: 'noon' }));
    const failure: unknown = await inspect('log.jsonl', asText(bad)).catch((error: unknown) => error);
    if (!(failure instanceof UserError)) throw new Error('it was read');
    expect(failure.exitCode).toBe(5);
    expect(failure.diagnostics.map(({ file, line, message }) => `${file}:${line} ${message}`)).toEqual(
      [1, 2, 3].map((line) => `log.jsonl:${line} bad-timestamp: timestamp is not a time: noon`),
    );
  });

  test('is printed within 80 columns, with nothing in it that a terminal obeys', async () => {
    const hostile = { ...record(99), timestamp: '\u001B[31m::error::\n'.repeat(9), locale: '\u001B[31m' };
    const found = await inspect(
      'log.jsonl',
      asText([...many, hostile, record(98, { locale: '::set-output name=a::b' })]),
    );
    const text = requestsText(found, { color: 0, columns: 80, unicode: true });
    expect(text).not.toContain('\u001B');
    expect(text).not.toMatch(/^\s*::/mu);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
});
