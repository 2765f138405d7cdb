import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import type { Content } from '../fixtures/test-rollout.ts';
import {
  attribute,
  flat,
  found,
  inColumn,
  inContext,
  later,
  longForm,
  noise,
  ownFields,
  paired,
  requests,
  served,
  servedBy,
  table,
  told,
  type Told,
} from './real-log-folder.ts';

const plainly: Partial<Record<'pairs' | 'live', Told>> = {};

beforeAll(async () => {
  plainly.pairs = await told({ 'log.jsonl': requests.map(paired) }, 'log.jsonl', inContext);
  plainly.live = await told(
    { 'log.jsonl': requests.map((each) => served(each)) },
    'log.jsonl',
    `${ownFields.live}${inContext}`,
  );
});

const cases: readonly [
  name: string,
  like: 'pairs' | 'live',
  files: Record<string, Content>,
  source: string,
  rest: string,
][] = [
  [
    'two records of an id by two versions are a pair',
    'pairs',
    { 'log.jsonl': longForm },
    'log.jsonl',
    `${ownFields.live}${inContext}`,
  ],
  [
    'in a table and in two files too',
    'pairs',
    {
      'served.csv': table(
        requests.map((each) => flat(each, '1.0.0')),
        ',',
      ),
      'shadow.csv': table(
        requests.map((each) => flat(each, '1.1.0')),
        ',',
      ),
    },
    '*.csv',
    `${ownFields.live}${inColumn}`,
  ],
  [
    'versions are named as the log names them: keys of outcomes',
    'pairs',
    {
      'log.jsonl': requests.map((each, index) => {
        const { outcomes, ...rest } = paired(each);
        // The name changed on the way.
        return {
          ...rest,
          outcomes: { [index < 200 ? 'v1' : '1.0.0']: outcomes['1.0.0'], 'v2.blue': outcomes['1.1.0'] },
        };
      }),
    },
    'log.jsonl',
    `versions: { v1: stable, v2.blue: 1.1.0 }, ${inContext}`,
  ],
  [
    'versions are named as the log names them: values of servedBy',
    'live',
    {
      'log.jsonl': requests.map((each) => ({
        ...served(each),
        served_by: servedBy(each) === '1.0.0' ? 'blue' : 'green',
      })),
    },
    'log.jsonl',
    `versions: { blue: 1.0.0, "*": 1.1.0 }, ${ownFields.live}${inContext}`,
  ],
  [
    'lines of other services are left out',
    'live',
    { 'log.jsonl': [...noise, ...requests.map((each) => ({ path: '/v1/predict', ...served(each) }))] },
    'log.jsonl',
    `where: { path: { prefix: /v1/, not: /v1/health } }, ${ownFields.live}${inContext}`,
  ],
  [
    'the first of several fields that is there counts',
    'pairs',
    {
      'log.jsonl': requests.map((each, index) => {
        const { user_id: user, label, ...rest } = paired(each);
        const unit = index % 2 === 0 ? { account: user, session: `s${index}` } : { account: '', session: user };
        return { ...rest, ...unit, ...(index % 3 === 0 ? { reviewed: label, label: 'c' } : { label }) };
      }),
    },
    'log.jsonl',
    `fields: { unit: [account, session], label: [reviewed, label] }, ${inContext}`,
  ],
  [
    'keys may have dots, and lists of attributes are searched',
    'live',
    {
      'log.jsonl': requests.map((each) => {
        const { request_id: id, user_id: user, served_by: version, ...rest } = served(each);
        return {
          ...rest,
          'trace.id': id,
          attributes: [attribute('user.id', user), attribute('model.version', version)],
        };
      }),
    },
    'log.jsonl',
    `fields: { id: "['trace.id']", unit: "attributes[key=user.id].value.stringValue", servedBy: "attributes[key=model.version].value.stringValue" }, ${inContext}`,
  ],
  [
    'folders name a segment',
    'pairs',
    {
      'log/locale=de-DE/date=2026-11-01/part-0': requests.filter(({ locale }) => locale === 'de-DE').map(paired),
      'log/locale=en-US/part-0': requests.filter(({ locale }) => locale === 'en-US').map(paired),
    },
    'log/**/part-*',
    inColumn,
  ],
  ['a rotated log is known by what is in it', 'pairs', { 'app.log.1': requests.map(paired) }, 'app.log.1', inContext],
  [
    'and a compressed one, and a table',
    'live',
    {
      'a.log.gz': gzipSync(
        table(
          requests.map((each) => flat(each)),
          '\t',
        ),
      ),
    },
    'a.log.gz',
    `${ownFields.live}${inColumn}`,
  ],
  [
    'a .tsv is a table',
    'live',
    {
      'a.tsv': table(
        requests.map((each) => flat(each)),
        '\t',
      ),
    },
    'a.tsv',
    `${ownFields.live}${inColumn}`,
  ],
  [
    'numbers behind semicolons may have a decimal comma',
    'live',
    {
      'a.csv': table(
        requests.map((each) => ({ ...flat(each), latency_ms: `${flat(each).latency_ms},0` })),
        ';',
      ),
    },
    'a.csv',
    `${ownFields.live}${inColumn}`,
  ],
  [
    'latency in seconds',
    'live',
    { 'log.jsonl': requests.map((each) => ({ ...served(each), took: served(each).latency_ms / 1000 })) },
    'log.jsonl',
    `fields: { servedBy: served_by, latency: { path: took, unit: s } }, ${inContext}`,
  ],
  [
    'latency from two times',
    'live',
    {
      'log.jsonl': requests.map((each) => ({
        ...served(each),
        latency_ms: -1,
        begun: each.at,
        ended: later(each.at, served(each).latency_ms),
      })),
    },
    'log.jsonl',
    `fields: { servedBy: served_by, latency: { from: begun, to: ended } }, ${inContext}`,
  ],
];

test.each(cases)('%s: the numbers and the verdict are those of the plain log', async (_, like, files, source, rest) => {
  const log = await told(files, source, rest);
  const same = plainly[like] ?? log;
  expect(same).not.toBe(log);
  expect(found(log)).toEqual(found(same));
});

test.each(['pairs', 'live'] as const)('the plain log of %s has something to compare in every metric', (like) => {
  const statuses = plainly[like]?.evidence.guardrails.map(({ status }) => status);
  expect(statuses).toContain('pass');
  expect(statuses).not.toContain('uncomputable');
});
