import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Captures, captured, csv, json, truth, unit } from './capture-records.ts';
import { importOptions } from './import-fixture.ts';

let captures: Captures;
beforeAll(async () => {
  captures = await Captures.open();
});
afterAll(() => captures.close());

describe('ground truth', () => {
  test('belongs to the request of that inferenceId, else of that eventId, and may come late and in batches', async () => {
    const { rows, facts } = await captures.read([
      captured('e1', csv('1'), csv('refund'), { inferenceId: 'i1' }),
      captured('e2', csv('1\n2'), csv('refund\nother')),
      truth('e2', 'other\nrefund\n'),
      truth('i1', '"other"', 'JSON'),
      truth('elsewhere', 'other'),
    ]);
    expect(rows.map((row) => [row['id'], row['label']])).toEqual([
      ['e1', 'other'],
      ['e2#0', 'other'],
      ['e2#1', 'refund'],
    ]);
    expect(facts.files[0]?.lines).toEqual({ lines: 5, unpacked: 1, joined: 2, unmatched: 1 });
    expect(facts.totals.rows).toBe(3);
  });

  test('that joins nothing is an error that shows both ids', async () => {
    await expect(captures.read([captured('e1', csv('1'), csv('refund')), truth('x', 'other')])).rejects.toMatchObject({
      exitCode: 5,
      message: expect.stringContaining('none of the 1 ground truths belongs to a request'),
      hint: expect.stringContaining("a truth's is x, a request's is e1"),
    });
  });

  test('that says two things of one request leaves it out', async () => {
    const { facts } = await captures.read([
      captured('e1', csv('1'), csv('refund')),
      captured('e2', csv('1'), csv('refund')),
      truth('e1', 'other'),
      truth('e1', 'refund'),
      truth('e2', 'refund'),
      truth('e2', 'refund'),
    ]);
    expect(facts.files[0]?.rejected).toEqual({ 'conflicting-copies': 1 });
    expect(facts.totals.accepted).toBe(1);
  });
});

const both = (id: string) => ({ inferenceId: id });

describe('a shadow variant', () => {
  test('answers the same request: one pair', async () => {
    const { rows, facts } = await captures.read(
      [
        captured('p1', csv('1\n2'), csv('refund\nother'), both('r1')),
        captured('p2', csv('3'), csv('other'), both('r2')),
      ],
      [
        captured('s1', csv('1\n2'), csv('other\nother'), both('r1')),
        captured('s9', csv('9'), csv('refund'), both('r9')),
      ],
    );
    expect(rows.map((row) => [row['id'], row['baseline_label'], row['candidate_label']])).toEqual([
      ['p1#0', 'refund', 'other'],
      ['p1#1', 'other', 'other'],
      ['p2', 'other', null],
      ['s9', null, 'refund'],
    ]);
    expect(facts.files.map(({ lines }) => lines)).toEqual([
      { lines: 2, unpacked: 1, joined: 0, unmatched: 0 },
      { lines: 2, unpacked: 0, joined: 1, unmatched: 0 },
    ]);
  });

  test('that was asked something else under the same id is not a pair', async () => {
    const { facts } = await captures.read(
      [captured('p1', csv('1'), csv('refund'), both('r1')), captured('p2', csv('2'), csv('refund'), both('r2'))],
      [captured('s1', csv('7'), csv('other'), both('r1'))],
    );
    expect(facts.files[0]?.rejected).toEqual({ 'conflicting-copies': 1 });
  });

  test('of which the plan does not tell the version is an error that says what to write', async () => {
    const path = captures.freshPath('AllTraffic');
    captures.logs.writeRecords(path, [captured('e', csv('1'), csv('refund'))]);
    await expect(
      captures.logs.read({ files: [path], ...importOptions('sagemaker-capture', unit) }),
    ).rejects.toMatchObject({
      exitCode: 5,
      message: expect.stringContaining('AllTraffic'),
      hint: expect.stringContaining('versions:'),
    });
  });

  test('in a flat folder cannot be told: one version for all must be named', async () => {
    captures.logs.writeRecords('flat.jsonl', [captured('e', csv('1'), csv('refund'))]);
    const options = importOptions('sagemaker-capture', unit);
    await expect(captures.logs.read({ files: ['flat.jsonl'], ...options })).rejects.toMatchObject({
      hint: expect.stringContaining('versions: { "*": "v1" }'),
    });
    const { totals } = await captures.logs.read({ files: ['flat.jsonl'], ...options, servedAs: { '*': 'baseline' } });
    expect(totals.outcomes).toEqual({ baseline: 1, candidate: 0 });
  });
});

describe('what cannot be used costs itself and is counted', () => {
  const good = captured('good', csv('1'), csv('refund'));

  test.each([
    ['JSON that is none', captured('e', { ...json(0), data: '{"a":' }, csv('refund')), 'bad-payload'],
    ['an empty batch', captured('e', json({ instances: [] }), json({ predictions: [] })), 'bad-payload'],
    ['no user', captured('e', csv('1'), csv('refund'), { customAttributes: ['other=u1'] }), 'missing-unit'],
    ['no time', captured('e', csv('1'), csv('refund'), { inferenceTime: null }), 'missing-timestamp'],
    ['a line of another kind', { something: 'else' }, 'unreadable'],
  ])('%s', async (_, bad, reason) => {
    const { facts } = await captures.read([good, bad]);
    expect(facts.files[0]?.rejected).toEqual({ [reason]: 1 });
    expect(facts.totals).toMatchObject({ rows: 2, accepted: 1, rejected: 1 });
  });

  test.each([
    ['of another length than its batch', captured('e', csv('1\n2'), csv('refund')), 2],
    ['that is broken JSON', captured('e', csv('1'), { ...json(0), data: '{"predictions":' }), 1],
  ])('a response %s is an error of the version that gave it', async (_, bad, requests) => {
    const { facts } = await captures.read([good, bad]);
    expect(facts.totals).toMatchObject({ rows: 1 + requests, accepted: 1 + requests, rejected: 0 });
    expect(facts.reading.outcomes.baseline).toMatchObject({ failed: requests, unreadable: requests });
  });

  test('an answer that is no prediction is an error of the version that gave it', async () => {
    const { rows, facts } = await captures.read([
      good,
      captured('e', csv('1'), json({ predictions: [[0.2, 0.3, 0.5]] })),
    ]);
    expect(facts.totals).toMatchObject({ rows: 2, accepted: 2, rejected: 0 });
    expect(rows.map((row) => [row['id'], row['baseline_error']])).toEqual([
      ['e', 'bad-outcome'],
      ['good', null],
    ]);
  });

  test('identical copies of an event collapse', async () => {
    const { facts } = await captures.read([good, good]);
    expect(facts.files[0]).toMatchObject({ rows: 2, collapsed: 1, rejected: {} });
  });
});

test('a time without a zone is UTC, and one with an offset is brought there', async () => {
  const { rows } = await captures.read([
    captured('a', csv('1'), csv('refund'), { inferenceTime: '2026-11-01T09:00:00' }),
    captured('b', csv('1'), csv('refund'), { inferenceTime: '2026-11-01T10:00:00+01:00' }),
  ]);
  expect(rows.map((row) => row['at'])).toEqual(['2026-11-01 09:00:00', '2026-11-01 09:00:00']);
});

test.each([
  ['eventMetadata.customAttributes', ['u7'], 'u7'],
  ['eventMetadata.customAttributes.user', ['locale=de;user=u7'], 'u7'],
  ['eventMetadata.customAttributes.user', 'a=1,user=u7', 'u7'],
  ['eventMetadata.inferenceId', ['user=x'], 'i1'],
  ['input.0', ['user=x'], '41'],
])('the user is at %s of %j', async (path, customAttributes, expected) => {
  const { rows } = await captures.read(
    [captured('e', csv('41'), csv('refund'), { customAttributes, inferenceId: 'i1' })],
    [],
    {
      unit: path,
    },
  );
  expect(rows[0]?.['unit']).toBe(expected);
});
