import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { KeptRowsPlace } from '../../../src/domain/log/kept-rows.ts';
import type { RequestFacts } from '../../../src/requests/read-requests.ts';
import type { ReadOptions } from '../../../src/requests/values/read-options.ts';
import { bothVersions, type LogFolder, record } from '../log-folder.ts';

let places = 0;

/** A number that no other place or log of this test has. */
export function nextNumber(): number {
  return (places += 1);
}

export interface Place extends KeptRowsPlace {
  readonly said: string[];
}

/** A place of its own, where logs of any size are kept. */
export function newPlace(logs: LogFolder, changes: Partial<KeptRowsPlace> = {}): Place {
  const said: string[] = [];
  return {
    folder: join(logs.path, `kept-${nextNumber()}`),
    secret: Buffer.alloc(32, 7),
    version: '1.0.0',
    fresh: false,
    say: (line) => said.push(line),
    leastBytes: 1,
    mostBytes: 1e9,
    said,
    ...changes,
  };
}

export interface Reading {
  readonly facts: RequestFacts;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** What a log is to everybody who reads it: the facts, and every row of the table. */
export async function read(
  logs: LogFolder,
  files: readonly string[],
  kept?: KeptRowsPlace,
  changes: Partial<ReadOptions> = {},
): Promise<Reading> {
  const facts = await logs.read({
    files,
    kept,
    recorded: bothVersions,
    segments: { locale: 'context.locale' },
    ...changes,
  });
  return { facts, rows: await logs.db.rows('SELECT * FROM requests ORDER BY ALL') };
}

export const lineOf = (value: unknown): string => `${JSON.stringify(value)}\n`;
export const goodLines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, index) =>
    lineOf(record(`r${from + index}`, { user_id: `u${index % 7}` })),
  ).join('');

const namesIn = (place: KeptRowsPlace, ending: string): string[] =>
  readdirSync(place.folder).filter((name) => name.endsWith(ending));
/** The files of the records in a place, and of the rows. */
export const recordsOf = (place: KeptRowsPlace): string[] => namesIn(place, '.json');
export const partsOf = (place: KeptRowsPlace): string[] => namesIn(place, '.parquet');
/** The path of the one file. */
export const inPlace = (place: KeptRowsPlace, [name = '']: readonly string[]): string => join(place.folder, name);
