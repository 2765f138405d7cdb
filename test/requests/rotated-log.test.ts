import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MarkedSince, RecordMarks } from '../../src/domain/log/record-marks.ts';
import { bothVersions, LogFolder } from './log-folder.ts';

interface LoggedRequest {
  readonly request_id: string;
  readonly timestamp: string;
  readonly user_id: string;
  readonly label?: string | undefined;
  readonly outcomes: Readonly<Record<string, object>>;
}

/** Requests of six hours; every third label is still to come. */
function logOf(requests: number, from = 0): LoggedRequest[] {
  return Array.from({ length: requests }, (_, offset) => {
    const index = from + offset;
    const outcome = { latency_ms: 40, prediction: index % 10 === 0 ? 'b' : 'a' };
    return {
      request_id: `r${index}`,
      timestamp: new Date(Date.UTC(2026, 10, 1, 9) + index * 12_000).toISOString(),
      user_id: `u${index % 300}`,
      ...(index % 3 === 0 ? {} : { label: 'a' }),
      outcomes: { '1.4.2': outcome, '1.5.0': outcome },
    };
  });
}

const log = logOf(1800);
let logs: LogFolder;
let marks: RecordMarks;
let folders = 0;
beforeAll(async () => {
  logs = await LogFolder.open();
  marks = await marksOf(log);
});
afterAll(() => logs.close());

async function read(records: readonly LoggedRequest[], before: RecordMarks | undefined, layout: Partial<Layout> = {}) {
  const { cuts = [], packed = [false] } = layout;
  const folder = `rotated-${(folders += 1)}`;
  const ends = [...new Set(cuts.map((cut) => cut % records.length))].filter((cut) => cut > 0).toSorted((a, b) => a - b);
  for (const [index, end] of [...ends, records.length].entries()) {
    const name = `log.${9 - index}.jsonl${packed[index % packed.length] === true ? '.gz' : ''}`;
    logs.writeRecords(`${folder}/${name}`, records.slice(index === 0 ? 0 : ends[index - 1], end));
  }
  return await logs.read({ files: [`${folder}/*`], recorded: bothVersions, marks: { before } });
}

async function marksOf(records: readonly LoggedRequest[]): Promise<RecordMarks> {
  const facts = await read(records, undefined);
  if (facts.marks === undefined) throw new Error('records were marked');
  return facts.marks;
}

async function sinceThen(
  records: readonly LoggedRequest[],
  layout: Partial<Layout> = {},
  before = marks,
): Promise<MarkedSince> {
  const { since } = await read(records, before, layout);
  if (since === undefined) throw new Error('records were held against marks');
  return since;
}

/** Where a log is cut into files, and which of them are compressed. */
interface Layout {
  readonly cuts: readonly number[];
  readonly packed: readonly boolean[];
}

const rotation = fc.record({
  cuts: fc.array(fc.integer({ min: 1, max: 5000 }), { maxLength: 4 }),
  packed: fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
  appended: fc.integer({ min: 0, max: 400 }),
  labelled: fc.constantFrom(0, 2, 3),
});

/** The records as they are some time later: more of them, and labels that have come. */
function later({ appended, labelled }: { readonly appended: number; readonly labelled: number }): LoggedRequest[] {
  return [...log, ...logOf(appended, log.length)].map((record, index) =>
    labelled > 0 && index % labelled === 0 ? { ...record, label: 'a' } : record,
  );
}

type Harm = (record: LoggedRequest) => readonly LoggedRequest[];
const answers = (prediction: string): LoggedRequest['outcomes'] => ({
  '1.4.2': { latency_ms: 40, prediction },
  '1.5.0': { latency_ms: 40, prediction },
});

/** What may happen to one record, of which a label is there. */
const harms: Readonly<Record<string, Harm>> = {
  'answers otherwise': (record) => [{ ...record, outcomes: answers('c') }],
  'has no answer': (record) => [{ ...record, outcomes: {} }],
  'is of another user': (record) => [{ ...record, user_id: 'another' }],
  'came a moment later': (record) => [{ ...record, timestamp: record.timestamp.replace('.000Z', '.001Z') }],
  'has another id': (record) => [{ ...record, request_id: 'another' }],
  'is gone': () => [],
  'is there twice, once with another answer': (record) => [record, { ...record, outcomes: answers('c') }],
  'is there instead of another': (record) => [record, { ...record, request_id: 'another' }],
  'has another label': (record) => [{ ...record, label: 'b' }],
  'has no label any more': (record) => [{ ...record, label: undefined }],
};

describe('a log that is renamed, compressed, split, merged, appended to and labelled later', () => {
  test('has the same records', async () => {
    await fc.assert(
      fc.asyncProperty(rotation, async (how) => {
        expect(await sinceThen(later(how), how)).toMatchObject({ contained: true });
      }),
      { numRuns: 8 },
    );
  });

  test.each(Object.entries(harms))('has others where a record %s', async (_, harm) => {
    await fc.assert(
      fc.asyncProperty(rotation, fc.integer({ min: 0, max: 599 }), async (how, third) => {
        const harmed = later(how).flatMap((record, index) => (index === 3 * third + 1 ? harm(record) : [record]));
        const { contained, difference } = await sinceThen(harmed, how);
        // A record more among those that are marked by their hours is told from none; among the newest it is one that came late.
        const isNewest = 3 * third + 1 >= 1300;
        expect({ contained, difference }).toEqual(
          isNewest && harm === harms['is there instead of another']
            ? { contained: true }
            : { contained: false, difference: expect.any(String) },
        );
      }),
      { numRuns: 2 },
    );
  });

  test('may have its copies twice, which are one', async () => {
    expect(await sinceThen([...log, ...log.slice(0, 500)])).toMatchObject({ contained: true });
  });

  test('may get records that belong between the newest', async () => {
    const between = logOf(20, 1700).map((record) => ({ ...record, request_id: `late-${record.request_id}` }));
    expect(await sinceThen([...between, ...log])).toMatchObject({ contained: true });
  });
});

test('a log whose beginning expired says since when it holds', async () => {
  expect(await sinceThen(log.slice(700))).toEqual({
    contained: false,
    missing: 700,
    difference:
      'the log began at 2026-11-01T09:00 and begins at 2026-11-01T11:20 now, 700 of 1,800 requests are no longer there',
  });
});

test('a log of one time alone is known again', async () => {
  const atOnce = log.map((record) => ({ ...record, timestamp: '2026-11-01T09:00:00Z' }));
  const own = await marksOf(atOnce);
  expect(own).toMatchObject({ newest: [], blocks: [expect.stringContaining('2026-11-01T09 1800 ')] });
  expect(await sinceThen(atOnce, { cuts: [500] }, own)).toMatchObject({ contained: true });
  expect(await sinceThen(atOnce.slice(1), {}, own)).toMatchObject({ contained: false, missing: 1 });
});

test('marks that were made in another way can be held against nothing', async () => {
  expect(await sinceThen(log, {}, { ...marks, probe: '1' })).toMatchObject({ contained: false });
  expect(await sinceThen(log, {}, { ...marks, late: [] })).toMatchObject({ contained: false });
});

test('a log of sixty days is marked by days', async () => {
  const day = 86_400_000;
  const many = logOf(3000).map((record, index) => ({
    ...record,
    timestamp: new Date(Date.UTC(2026, 0, 1) + Math.floor((index * 60 * day) / 3000)).toISOString(),
  }));
  // What is written grows with the hours and not with the requests, up to a thousand of them.
  const { per, blocks } = await marksOf(many);
  expect({ per, days: blocks.length }).toEqual({ per: 'day', days: 50 });
});
