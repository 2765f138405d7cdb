import { copyFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KeptRowsPlace } from '../../../src/domain/log/kept-rows.ts';
import { type KeptRecord, sealed } from '../../../src/requests/kept/kept-record.ts';
import { LogFolder } from '../log-folder.ts';
import { goodLines, inPlace, newPlace, partsOf, type Place, read, recordsOf } from './kept-place.ts';

let logs: LogFolder;
beforeAll(async () => {
  logs = await LogFolder.open();
});
afterAll(() => logs.close());

describe('what is kept is not used, which is said, and nothing else changes', () => {
  const damages: readonly (readonly [title: string, said: RegExp, damage: (place: Place) => void])[] = [
    ['where its record is cut', /cut or damaged/u, (place) => truncateSync(inPlace(place, recordsOf(place)), 40)],
    ['where its record is empty', /cut or damaged/u, (place) => truncateSync(inPlace(place, recordsOf(place)), 0)],
    [
      'where its record is something else',
      /cut or damaged/u,
      (place) => writeFileSync(inPlace(place, recordsOf(place)), '{"seal":1}'),
    ],
    ['where its rows are cut', /gone, cut or damaged/u, (place) => truncateSync(inPlace(place, partsOf(place)), 500)],
    ['where its rows are gone', /gone, cut or damaged/u, (place) => rmSync(inPlace(place, partsOf(place)))],
    [
      'where its rows are others',
      /gone, cut or damaged/u,
      (place) => copyFileSync(otherPart(), inPlace(place, partsOf(place))),
    ],
    [
      'where its record names other rows',
      /not written by this user/u,
      (place) => rename(place, (own) => ({ ...own, parts: [] })),
    ],
    [
      'where its record says another end',
      /not written by this user/u,
      (place) => rename(place, (own) => ({ ...own, endsLine: !own.endsLine })),
    ],
    [
      'where somebody else sealed it',
      /not written by this user/u,
      (place) => reseal(place, Buffer.alloc(32, 8), '1.0.0'),
    ],
    [
      'where another canary wrote it',
      /it is of canary 0[.]9[.]0 .* and this is canary 1[.]0[.]0 /u,
      (place) => reseal(place, place.secret, '0.9.0'),
    ],
  ];
  let otherFile: string;
  beforeAll(async () => {
    const place = newPlace(logs);
    logs.write('other.jsonl', goodLines(500, 520));
    await read(logs, ['other.jsonl'], place);
    otherFile = inPlace(place, partsOf(place));
  });
  const otherPart = () => otherFile;

  test.each(damages)('%s', async (_title, said, damage) => {
    const place = newPlace(logs);
    logs.write('damaged.jsonl', goodLines(0, 20));
    const plain = await read(logs, ['damaged.jsonl']);
    await read(logs, ['damaged.jsonl'], place);
    damage(place);
    expect(await read(logs, ['damaged.jsonl'], place)).toEqual(plain);
    expect(place.said).toEqual([expect.stringMatching(said)]);
    expect(await read(logs, ['damaged.jsonl'], place)).toEqual(plain);
    expect(place.said).toHaveLength(1);
  });

  test('where it is of another file, under the name that this file would have', async () => {
    const place = newPlace(logs);
    logs.write('named.jsonl', goodLines(0, 20));
    const plain = await read(logs, ['named.jsonl']);
    await read(logs, ['named.jsonl'], place);
    const own = inPlace(place, recordsOf(place));
    const others = newPlace(logs, { folder: place.folder });
    logs.write('others.jsonl', goodLines(600, 620));
    await read(logs, ['others.jsonl'], others);
    const theirs =
      recordsOf(place)
        .map((name) => join(place.folder, name))
        .find((path) => path !== own) ?? '';
    copyFileSync(theirs, own);
    expect(await read(logs, ['named.jsonl'], place)).toEqual(plain);
    expect(place.said).toEqual([expect.stringContaining('it is of another log')]);
  });

  test('where a line changed without a change of length', async () => {
    const place = newPlace(logs);
    logs.write('changed.jsonl', goodLines(0, 20));
    await read(logs, ['changed.jsonl'], place);
    logs.write('changed.jsonl', goodLines(0, 20).replace('"refund"', '"cancel"'));
    expect(await read(logs, ['changed.jsonl'], place)).toEqual(await read(logs, ['changed.jsonl']));
    expect(place.said).toEqual([]);
  });

  test('where it is asked for afresh, which keeps what was read then', async () => {
    const place = newPlace(logs);
    logs.write('fresh.jsonl', goodLines(0, 20));
    const plain = await read(logs, ['fresh.jsonl'], place);
    truncateSync(inPlace(place, partsOf(place)), 500);
    expect(await read(logs, ['fresh.jsonl'], { ...place, fresh: true })).toEqual(plain);
    expect(place.said).toEqual([]);
    expect(await read(logs, ['fresh.jsonl'], place)).toEqual(plain);
    expect(place.said).toEqual([]);
  });
});

/** Changes what a record says, under the seal that it has. */
function rename(place: KeptRowsPlace, change: (own: KeptRecord) => KeptRecord): void {
  const path = inPlace(place, recordsOf(place));
  const own: KeptRecord & Readonly<Record<string, unknown>> = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify(change(own)));
}

/** Seals a record as somebody does who knows how, and has not this secret or not this canary. */
function reseal(place: KeptRowsPlace, secret: Buffer, version: string): void {
  const path = inPlace(place, recordsOf(place));
  const { version: of, ...own }: KeptRecord & { readonly version: string } = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, sealed(own, { secret, version: of.replace('1.0.0', version) }));
}
