import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { logFormats, logFormatTraits } from '../../../src/domain/log/log-format.ts';
import type { FreeKind } from '../../../src/domain/scores/free-answer.ts';
import { LogFolder } from '../log-folder.ts';
import { own, type Told, type Writer, writers } from './alike-writers.ts';
import { importOptions } from './import-fixture.ts';

let logs: LogFolder;
let count = 0;
beforeAll(async () => {
  logs = await LogFolder.open();
});
afterAll(() => logs.close());

const labels = { labels: ['other', 'refund'], names: {} };

/** What the log says of each of the candidate's requests: its error, or else its answer, and its time. */
async function read(writer: Writer, told: readonly Told[], fine: readonly string[] = [], free?: FreeKind) {
  count += 1;
  const files = Object.entries(writer.files(told)).map(([name, records]) => {
    logs.writeRecords(`${count}/${name}`, records);
    return `${count}/${name}`;
  });
  const options = importOptions(writer.format, writer.fields, {
    ...(free === undefined
      ? { values: { truths: labels, answers: { baseline: labels, candidate: labels }, fine } }
      : { values: { answers: {}, free, fine }, labels: {} }),
    input: false,
  });
  const { totals } = await logs.read({ files, ...options });
  const rows = await logs.db
    .rows(`SELECT id, candidate_error AS error, CASE WHEN candidate_error IS NULL THEN candidate_label END AS answer,
    candidate_latency_ns AS latency FROM requests WHERE candidate_present AND NOT regexp_matches(id, '^v[12] ')`);
  const outcomes = Object.fromEntries(rows.map(({ id, ...outcome }) => [String(id), outcome]));
  return { outcomes, holdsErrors: totals.holdsErrors };
}

const right = { status: 200, answer: 'refund', latency: 40 };
const usual = (version: 'v1' | 'v2', requests: number): Told[] =>
  Array.from({ length: requests }, (_, index) => ({ ...right, id: `${version} ${index}`, version }));
const candidates = (changes: Readonly<Record<string, Partial<Told>>>): Told[] =>
  Object.entries(changes).map(([id, change]) => ({ ...right, ...change, id, version: 'v2' }));

const answers: Readonly<Record<string, unknown>> = {
  null: null,
  'an empty text': '',
  'an empty list': [],
  'a list of one': ['refund'],
  'an empty object': {},
  'a label': 'other',
  'what is no label': 'whatever',
};
const statuses = [0, 200, 204, 302, 404, 429, 500, '200', '200 OK', null];
const latencies = [undefined, null, -5, -1, '', 'soon', 0, 12.5];

const eachWriter = Object.entries(writers);
const telling = (what: Writer['tells'][number]) => eachWriter.filter(([, { tells }]) => tells.includes(what));

test('every format is held against canary’s own', () => {
  expect(new Set([own, ...Object.values(writers)].map(({ format }) => format))).toEqual(new Set(logFormats));
});

// As many usual ones that a few odd latencies do not make all of them count for nothing.
const log = (changes: Readonly<Record<string, Partial<Told>>>) => [
  ...usual('v1', 20),
  ...usual('v2', 900),
  ...candidates(changes),
];
const byName = (name: string, values: readonly unknown[], key: 'status' | 'latency') =>
  Object.fromEntries(values.map((value) => [`${name} ${JSON.stringify(value)}`, { [key]: value }]));

/** What is told of a log, without what the writer's format cannot tell. */
async function outcomesOf(writer: Writer, told: readonly Told[], like = writer): Promise<unknown> {
  const { outcomes } = await read(writer, told);
  const timed = like.tells.includes('latency');
  return Object.fromEntries(
    Object.entries(outcomes).map(([id, { error, answer, latency }]) => [
      id,
      { error, answer, ...(timed ? { latency } : {}) },
    ]),
  );
}

describe('is read as in canary’s own format', () => {
  test.each(eachWriter)('each answer: %s', async (_, writer) => {
    const told = log(Object.fromEntries(Object.entries(answers).map(([name, answer]) => [name, { answer }])));
    expect(await outcomesOf(writer, told)).toEqual(await outcomesOf(own, told, writer));
  });

  test.each(telling('missing'))('an answer that is not there: %s', async (_, writer) => {
    const told = log({ missing: { answer: undefined } });
    expect(await outcomesOf(writer, told)).toEqual(await outcomesOf(own, told, writer));
  });

  test.each(telling('status').flatMap(([name, writer]) => [[], ['404']].map((fine) => [name, fine, writer] as const)))(
    'each status: %s where %j are no failures',
    async (_, fine, writer) => {
      const told = log(byName('status', statuses, 'status'));
      expect((await read(writer, told, fine)).outcomes).toEqual((await read(own, told, fine)).outcomes);
    },
  );

  test.each(telling('latency'))('each latency: %s', async (_, writer) => {
    const told = log(byName('latency', latencies, 'latency'));
    expect((await read(writer, told)).outcomes).toEqual((await read(own, told)).outcomes);
  });

  test.each(
    telling('status')
      // A bare list is a batch.
      .slice(1, 3)
      .flatMap(([name, writer]) =>
        (['ranking', 'json', 'text'] as const).map((free): [string, FreeKind, Writer] => [name, free, writer]),
      ),
  )('each free answer: %s of %s', async (_, free, writer) => {
    const lists = { one: { answer: ['a'] }, two: { answer: ['a', 'b'] }, none: { answer: null } };
    const told = [...usual('v1', 3).map((each) => ({ ...each, answer: ['b', 'a'] })), ...candidates(lists)];
    expect((await read(writer, told, [], free)).outcomes).toEqual((await read(own, told, [], free)).outcomes);
  });

  const silent = { answer: null };

  test.each([['canary', own], ...telling('status').slice(0, 2)] as const)(
    'a candidate that answers nothing to most requests fails where the baseline answers: %s',
    async (_, writer) => {
      const told = [...usual('v1', 3), ...candidates({ a: silent, b: silent, c: silent, d: silent, e: silent })];
      const { outcomes, holdsErrors } = await read(writer, told);
      expect(Object.values(outcomes).map(({ error }) => error)).toEqual(Array(5).fill('bad-outcome'));
      expect(holdsErrors).toEqual({ baseline: true, candidate: true });
    },
  );

  test.each(telling('missing').filter(([, { format }]) => logFormatTraits[format].errors === true))(
    'a few answers of nothing are failures where no request says how it ended: %s',
    async (_, writer) => {
      const told = [...usual('v1', 20), ...usual('v2', 20), ...candidates({ a: silent, b: silent })];
      const { outcomes, holdsErrors } = await read(
        writer,
        told.map((each) => ({ ...each, status: null })),
      );
      expect(Object.values(outcomes).map(({ error }) => error)).toEqual(['bad-outcome', 'bad-outcome']);
      expect(holdsErrors).toEqual({ baseline: true, candidate: true });
    },
  );

  test.each([
    ['with statuses tells errors', 200, true],
    ['without statuses does not', null, false],
  ])('a log that tells no answer %s', async (_, status, holds) => {
    for (const writer of [own, writers['inference-table'] ?? own]) {
      const { outcomes, holdsErrors } = await read(writer, [
        { ...right, answer: null, status, id: 'baseline', version: 'v1' },
        { ...right, answer: null, status, id: 'candidate', version: 'v2' },
      ]);
      expect(outcomes).toEqual({ candidate: { error: null, answer: null, latency: 40e6 } });
      expect(holdsErrors).toEqual({ baseline: holds, candidate: holds });
    }
  });
});
