import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runsOf } from '../fixtures/tiers.ts';
import { bothVersions, LogFolder, record } from './log-folder.ts';

let logs: LogFolder;
beforeAll(async () => {
  logs = await LogFolder.open();
});
afterAll(() => logs.close());

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const lineOf = (id: string, changes?: Readonly<Record<string, unknown>>): string => JSON.stringify(record(id, changes));

/** A line of a log, and what should become of it. */
interface Line {
  readonly text: Buffer;
  readonly becomes: 'accepted' | 'unreadable' | 'rejected' | 'blank';
}

const goodLine = (id: number): fc.Arbitrary<Line> =>
  fc
    .record({
      // A user of white space alone is none.
      user_id: fc.string({ minLength: 1, unit: 'grapheme' }).filter((user) => /[^ \t\r\n]/u.test(user)),
      label: fc.option(fc.string({ unit: 'grapheme' })),
      padding: fc.constantFrom(0, 0, 0, 70_000),
    })
    .map(({ user_id, label, padding }) => ({
      text: Buffer.from(lineOf(`r${id}`, { user_id, label, padding: 'x'.repeat(padding) })),
      becomes: 'accepted',
    }));

const cutLine = (id: number): fc.Arbitrary<Line> =>
  fc
    .integer({ min: 1, max: lineOf(`r${id}`).length - 1 })
    .map((length) => ({ text: Buffer.from(lineOf(`r${id}`).slice(0, length)), becomes: 'unreadable' }));

const garbageLine: fc.Arbitrary<Line> = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => ({
  text: Buffer.from(bytes.map((byte) => (byte === 10 || byte === 13 ? 0x23 : byte))).fill('#', 0, 1),
  becomes: 'unreadable',
}));

const rejectedLine = (id: number): fc.Arbitrary<Line> =>
  fc
    .constantFrom({ user_id: '' }, { timestamp: 'never' }, { request_id: null })
    .map((changes) => ({ text: Buffer.from(lineOf(`r${id}`, changes)), becomes: 'rejected' }));

const blankLine: fc.Arbitrary<Line> = fc
  .constantFrom('', ' ', '\t  ')
  .map((text) => ({ text: Buffer.from(text), becomes: 'blank' }));

const log = fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 60 }).chain((kinds) =>
  fc.tuple(
    ...kinds.map((kind, id) => {
      if (kind === 0) return cutLine(id);
      if (kind === 1) return garbageLine;
      if (kind === 2) return rejectedLine(id);
      return kind === 3 ? blankLine : goodLine(id);
    }),
  ),
);

describe('rows are accepted, rejected, collapsed or outside the window, and nothing else', () => {
  test('however the lines of a log are damaged', async () => {
    const lineEnd = fc.constantFrom('\n', '\r\n');
    const ending = fc.constantFrom('.jsonl', '.jsonl.gz');
    const property = fc.asyncProperty(
      log,
      lineEnd,
      fc.boolean(),
      fc.boolean(),
      ending,
      async (lines, end, ended, marked, suffix) => {
        const first = { text: Buffer.from(lineOf('first')), becomes: 'accepted' } as const;
        const all: readonly Line[] = [first, ...lines];
        const body = all.flatMap(({ text }, index) => [text, Buffer.from(index < all.length - 1 || ended ? end : '')]);
        logs.write(`damaged${suffix}`, Buffer.concat([Buffer.from(marked ? '\uFEFF' : ''), ...body]));
        const { files, totals } = await logs.read({ files: [`damaged${suffix}`], recorded: bothVersions });
        const count = (becomes: Line['becomes']): number => all.filter((line) => line.becomes === becomes).length;
        expect(totals).toMatchObject({
          rows: all.length - count('blank'),
          accepted: count('accepted'),
          collapsed: 0,
          outsideWindow: 0,
        });
        expect(files[0]?.rejected['unreadable'] ?? 0).toBe(count('unreadable'));
        expect(totals.rejected).toBe(count('unreadable') + count('rejected'));
      },
    );
    await fc.assert(property, { numRuns: runsOf(60, 15) });
  });

  test('however copies are spread over files', async () => {
    const copy = fc.record({
      id: fc.nat({ max: 12 }),
      variant: fc.constantFrom('a', 'a', 'a', 'b'),
      file: fc.nat({ max: 2 }),
      hour: fc.constant(0),
    });
    const property = fc.asyncProperty(fc.array(copy, { minLength: 1, maxLength: 60 }), async (copies) => {
      // Ids from 6 on are outside the window.
      const lines = copies.map(({ id, variant, file }) => ({
        file,
        text: lineOf(`r${id}`, { label: variant, timestamp: 1_793_523_600 + id }),
      }));
      for (const file of [0, 1, 2]) {
        const own = lines.filter((line) => line.file === file).map(({ text }) => `${text}\n`);
        logs.write(
          `copies-${file}.jsonl`,
          `${file === 0 ? `${lineOf('first', { timestamp: 1_793_523_600 })}\n` : '\n'}${own.join('')}`,
        );
      }
      const { files, totals } = await logs.read({
        files: ['copies-*.jsonl'],
        recorded: bothVersions,
        to: '2026-11-01T09:00:06Z',
      });
      const ids = [...new Set(copies.map(({ id }) => id))];
      const variantsOf = (id: number): string[] =>
        copies.filter((each) => each.id === id).map(({ variant }) => variant);
      const agreed = ids.filter((id) => new Set(variantsOf(id)).size === 1);
      const conflicting = sum(ids.filter((id) => !agreed.includes(id)).map((id) => variantsOf(id).length));
      expect(totals).toMatchObject({
        rows: copies.length + 1,
        accepted: 1 + agreed.filter((id) => id < 6).length,
        outsideWindow: agreed.filter((id) => id >= 6).length,
        collapsed: sum(agreed.map((id) => variantsOf(id).length - 1)),
        rejected: conflicting,
      });
      expect(files.map(({ rows }) => rows)).toEqual(
        [0, 1, 2].map((file) => lines.filter((line) => line.file === file).length + (file === 0 ? 1 : 0)),
      );
    });
    await fc.assert(property, { numRuns: runsOf(40, 8) });
  });
});

describe('copies of an id', () => {
  test('that are identical in what is read collapse, and count for the file that came later', async () => {
    logs.writeRecords('copy-1.jsonl', [record('r1'), record('r2')]);
    logs.writeRecords('copy-2.jsonl', [record('r2', { trace: 'another' }), record('r1'), record('r1')]);
    const { files, totals } = await logs.read({ files: ['copy-?.jsonl'], recorded: bothVersions, input: true });
    expect(files.map(({ rows, collapsed }) => ({ rows, collapsed }))).toEqual([
      { rows: 2, collapsed: 0 },
      { rows: 3, collapsed: 3 },
    ]);
    expect(totals.accepted).toBe(2);
  });

  test.each([
    ['label', { label: 'other' }],
    ['unit', { user_id: 'u2' }],
    ['time', { timestamp: '2026-11-01T09:00:00.001Z' }],
    ['input', { input: { text: 'x' } }],
    ['latency', { outcomes: { '1.4.2': { latency_ms: 41.3, prediction: 'refund' } } }],
  ])('that differ in the %s are all left out', async (_, changes) => {
    logs.writeRecords('conflict.jsonl', [record('r1'), record('r1', changes), record('r2'), record('r1')]);
    const { files, totals } = await logs.read({ files: ['conflict.jsonl'], recorded: bothVersions, input: true });
    expect(files[0]?.rejected).toEqual({ 'conflicting-copies': 3 });
    expect(totals.accepted).toBe(1);
  });

  test('of which one is wrong in itself leave the good one', async () => {
    logs.writeRecords('half.jsonl', [record('r1'), record('r1', { user_id: '' })]);
    const { totals } = await logs.read({ files: ['half.jsonl'] });
    expect(totals).toMatchObject({ accepted: 1, rejected: 1, collapsed: 0 });
  });
});

describe('lines', () => {
  test('of several megabytes are read, and a bad one among them costs only itself', async () => {
    const long = (id: string): string => lineOf(id, { input: { text: 'x'.repeat(5_000_000) } });
    logs.write('long.jsonl', [lineOf('r1'), long('r2'), long('r3').slice(0, -1), long('r4'), lineOf('r5')].join('\n'));
    const { totals } = await logs.read({ files: ['long.jsonl'], input: true });
    expect(totals).toMatchObject({ rows: 5, accepted: 4, rejected: 1 });
    expect(await logs.db.rows('SELECT max(length(input)) AS longest FROM requests')).toEqual([{ longest: 5_000_011 }]);
  });

  test('beyond 16 MiB are an error that says so', async () => {
    logs.write('huge.jsonl', `${lineOf('r1')}\n${lineOf('r2', { input: 'x'.repeat(40_000_000) })}\n`);
    await expect(logs.read({ files: ['huge.jsonl'] })).rejects.toMatchObject({
      exitCode: 5,
      message: expect.stringContaining('longer than 16 MiB'),
    });
  });

  test.each([
    ['a mark alone on the first line', '\uFEFF\n', 0],
    ['a cut first line behind a mark', '\uFEFF{"request_id":\n', 1],
    ['a mark before the first record', `\uFEFF${lineOf('r0')}\n{\n`, 1, 2],
  ])('are counted right with %s, on one thread and on several', async (_, start, unreadable, accepted = 1) => {
    logs.write('mark.jsonl', `${start}${lineOf('r1')}\n`);
    for (const threads of [1, 2]) {
      await logs.db.run(`SET threads = ${threads}`);
      const { totals } = await logs.read({ files: ['mark.jsonl'] });
      expect(totals).toMatchObject({ rows: accepted + unreadable, accepted, rejected: unreadable, collapsed: 0 });
    }
    await logs.db.run('SET threads = 1');
  });
});
