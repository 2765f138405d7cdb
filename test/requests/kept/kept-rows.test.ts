import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KeptRowsPlace } from '../../../src/domain/log/kept-rows.ts';
import { KeptFolder } from '../../../src/requests/kept/kept-folder.ts';
import { type RecordName, recordNameOf, unsealed } from '../../../src/requests/kept/kept-record.ts';
import type { ReadOptions } from '../../../src/requests/values/read-options.ts';
import { LogFolder, record } from '../log-folder.ts';
import { goodLines, inPlace, lineOf, newPlace, nextNumber, partsOf, read, recordsOf } from './kept-place.ts';

let logs: LogFolder;
beforeAll(async () => {
  logs = await LogFolder.open();
});
afterAll(() => logs.close());

/** Lines that logs have and should not: broken, empty, in other encodings, of other shapes. */
const oddLines: readonly Buffer[] = [
  ...[
    '{"request_id": "cut", "user_id": "u',
    '',
    '   ',
    'null',
    '[]',
    '[{"request_id":"listed"}]',
    '{"request_id":"two","user_id":"u"} {"request_id":"three"}',
    '\uFEFF{"request_id":"marked","user_id":"u9","timestamp":"2026-11-01T09:00:00.000Z"}',
    '{"Request_ID":"r1","request_id":"r2","request_id":"r3","timestamp":1.7939e9,"user_id":1e2}',
    '{"request_id":"n\\u0000ul","timestamp":"2026-11-01T09:00:00.000Z","user_id":"\\u0000"}',
    `${JSON.stringify(record('crlf'))}\r`,
    JSON.stringify(record('r1', { label: 'other' })),
    JSON.stringify(record('long', { input: 'x'.repeat(100_000) })),
  ].map((text) => Buffer.from(text)),
  Buffer.from([0xff, 0xfe, 0x7b, 0x7d]),
  Buffer.from('{"request_id":"caf\u00e9","user_id":"u1"}', 'latin1'),
];
const oddLine = fc.constantFrom(...oddLines).map((line) => Buffer.concat([line, Buffer.from('\n')]));
const someLines = fc
  .array(
    fc.oneof(
      oddLine,
      fc.nat(50).map((id) => Buffer.from(lineOf(record(`r${id}`)))),
    ),
    { maxLength: 25 },
  )
  .map((lines) => Buffer.concat([...lines, Buffer.from(goodLines(100, 103))]));

describe('rows that were kept', () => {
  test('are those that a reading of the files gives, however odd their lines, wherever the log ended at the last look', async () => {
    await fc.assert(
      fc.asyncProperty(someLines, fc.nat(), fc.boolean(), async (bytes, cut, inLine) => {
        const name = `grown-${nextNumber()}.jsonl`;
        const place = newPlace(logs);
        // After a good line, so that what was there before can be read at all.
        const head = Buffer.concat([Buffer.from(goodLines(0, 3)), bytes]);
        const firstEnd = Buffer.from(goodLines(0, 3)).length;
        const wanted = firstEnd + (cut % (head.length - firstEnd));
        const end = inLine ? wanted : head.indexOf('\n', wanted) + 1;
        logs.writeRaw(name, head.subarray(0, end));
        const before = await read(logs, [name]);
        expect(await read(logs, [name], place)).toEqual(before);
        expect(await read(logs, [name], place)).toEqual(before);
        logs.writeRaw(name, head);
        const after = await read(logs, [name]);
        expect(await read(logs, [name], place)).toEqual(after);
        expect(await read(logs, [name], place)).toEqual(after);
      }),
      { numRuns: process.env['CI'] === undefined ? 8 : 20 },
    );
  });

  test('are used: rows that this user sealed are what the log says, whatever is in its file', async () => {
    const place = newPlace(logs);
    logs.write('used.jsonl', goodLines(0, 50));
    await read(logs, ['used.jsonl'], place);
    const by = { secret: place.secret, version: versionOf(place) };
    const own = unsealed(readFileSync(inPlace(place, recordsOf(place)), 'utf8'), nameOf(place), by);
    if ('why' in own) throw new Error(own.why);
    const folder = new KeptFolder(place.folder, by);
    const [before = ''] = own.parts;
    const part = await folder.addPart((path) =>
      logs.db.run(
        `COPY (SELECT * REPLACE ('other' AS label) FROM read_parquet('${folder.pathOf(before)}')) TO '${path}' (FORMAT parquet)`,
      ),
    );
    await folder.addRecord({ ...own, parts: [part] });
    const { rows } = await read(logs, ['used.jsonl'], place);
    expect(rows.map((row) => row['label'])).toEqual(Array.from({ length: 50 }, () => 'other'));
    expect(place.said).toEqual([]);
  });

  test('of a log that grew are read with its tail alone, and put into one part once they are many', async () => {
    const place = newPlace(logs);
    for (let end = 100; end <= 300; end += 10) {
      logs.write('growing.jsonl', goodLines(0, end));
      expect((await read(logs, ['growing.jsonl'], place)).facts.totals.rows).toBe(end);
      expect(recordsOf(place)).toHaveLength(1);
      expect(partsOf(place).length).toBeLessThanOrEqual(8);
    }
    expect(place.said).toEqual([]);
  });

  test.each([
    [
      'CSV',
      'log.csv',
      `request_id,timestamp,user_id,outcomes\nr1,2026-11-01T09:00:00.000Z,u1,"{""1.4.2"":{""latency_ms"":1}}"\n`,
    ],
    ['compressed lines', 'log.jsonl.gz', goodLines(0, 20)],
  ])('of %s are those of the same bytes', async (_title, name, content) => {
    const place = newPlace(logs);
    logs.write(name, content);
    const plain = await read(logs, [name], undefined, { segments: {} });
    expect(await read(logs, [name], place, { segments: {} })).toEqual(plain);
    expect(await read(logs, [name], place, { segments: {} })).toEqual(plain);
    expect(recordsOf(place)).toHaveLength(1);
  });

  test('of a log that is read in another way are read from its files', async () => {
    const place = newPlace(logs);
    logs.write('ways.jsonl', goodLines(0, 20));
    await read(logs, ['ways.jsonl'], place);
    const ways: Partial<ReadOptions>[] = [
      { segments: {} },
      { recorded: {} },
      { where: [{ field: 'user_id', is: ['u1'] }] },
    ];
    for (const way of ways) {
      expect(await read(logs, ['ways.jsonl'], place, way)).toEqual(await read(logs, ['ways.jsonl'], undefined, way));
    }
    expect(recordsOf(place)).toHaveLength(4);
  });

  test('are of each file by itself, whatever it is called and whichever of the log it is', async () => {
    const place = newPlace(logs);
    logs.write('several/a.jsonl', goodLines(0, 20));
    logs.write('several/b.jsonl', goodLines(20, 50));
    await read(logs, ['several/*'], place);
    logs.write('renamed/0.jsonl', goodLines(50, 60));
    logs.write('renamed/1.jsonl', goodLines(20, 50));
    expect(await read(logs, ['renamed/*'], place)).toEqual(await read(logs, ['renamed/*']));
    expect(recordsOf(place)).toHaveLength(3);
  });

  test('are not made of a sample, of which some records are only counted', async () => {
    const place = newPlace(logs);
    logs.write('sample.jsonl', goodLines(0, 20));
    await read(logs, ['sample.jsonl'], place, { sample: { units: 0.5, salt: 'half' } });
    expect(existsSync(place.folder)).toBe(false);
  });

  test('take no more room than they may', async () => {
    const unlimited = newPlace(logs);
    logs.write('room.jsonl', goodLines(0, 20));
    await read(logs, ['room.jsonl'], unlimited);
    const bytes = readFileSync(join(unlimited.folder, partsOf(unlimited)[0] ?? '')).length;
    const place = newPlace(logs, { mostBytes: 2.5 * bytes });
    for (let version = 0; version < 6; version += 1) {
      logs.write('room.jsonl', goodLines(version, version + 20));
      await read(logs, ['room.jsonl'], place);
    }
    expect(partsOf(place)).toHaveLength(2);
    expect(recordsOf(place)).toHaveLength(2);
  });
});

/** The record's name in a place that has one. */
function nameOf(place: KeptRowsPlace): RecordName {
  const name = recordNameOf(recordsOf(place)[0] ?? '');
  if (name === undefined) throw new Error('nothing is kept');
  return name;
}

/** Whom the record in a place says that it is of. */
function versionOf(place: KeptRowsPlace): string {
  const { version }: { readonly version: string } = JSON.parse(readFileSync(inPlace(place, recordsOf(place)), 'utf8'));
  return version;
}
