import type { Stats } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { systemErrorCode } from '../../domain/errors.ts';
import { digestOfFile } from '../../files/digest-of-file.ts';
import { ownedName, sweepAbandoned } from '../../files/owned-name.ts';
import { mostTextBytes, readRegularFile } from '../../files/read-file.ts';
import { replaceFile } from '../../files/replace-file.ts';
import {
  fileNameOf,
  type KeptRecord,
  type RecordName,
  recordNameOf,
  sealed,
  type SealedBy,
  unsealed,
} from './kept-record.ts';

const unfinishedPrefix = '.unfinished-';
const partEnd = '.parquet';
/** A part that no record names after so long was left by a process that did not come to write the record. */
const orphanAfterMs = 3_600_000;

/** The files of kept rows: immutable parts, each named by its own digest, and records that say whose rows they are. */
export class KeptFolder {
  readonly #path: string;
  readonly #by: SealedBy;

  constructor(path: string, by: SealedBy) {
    this.#path = path;
    this.#by = by;
  }

  /** The names of the records that are there; of damaged and forged ones too. */
  async names(): Promise<readonly RecordName[]> {
    const files = await this.#files();
    return files.flatMap((file) => recordNameOf(file) ?? []);
  }

  /** A record whose parts are all there as they were written, or why it cannot be used. */
  async read(name: RecordName): Promise<KeptRecord | { readonly why: string }> {
    const file = join(this.#path, fileNameOf(name));
    const text = (await readRegularFile(file, mostTextBytes)).toString('utf8');
    const record = unsealed(text, name, this.#by);
    if ('why' in record) return record;
    for (const part of record.parts) {
      if ((await this.#digestOf(this.pathOf(part))) !== part) return { why: 'its rows are gone, cut or damaged' };
    }
    const now = new Date();
    await utimes(file, now, now);
    return record;
  }

  pathOf(part: string): string {
    return join(this.#path, `${part}${partEnd}`);
  }

  /** Runs work with the path of a file that is gone afterwards. */
  async withTemporary<T>(work: (path: string) => Promise<T>): Promise<T> {
    const path = join(this.#path, ownedName(unfinishedPrefix));
    try {
      return await work(path);
    } finally {
      await rm(path, { force: true });
    }
  }

  /** Adds a part. @param write makes its file @returns the name of the part */
  async addPart(write: (path: string) => Promise<void>): Promise<string> {
    await mkdir(this.#path, { recursive: true, mode: 0o700 });
    return await this.withTemporary(async (path) => {
      await write(path);
      const part = await digestOfFile(path);
      await rename(path, this.pathOf(part));
      return part;
    });
  }

  /** Adds a record, whose parts are there, in place of one that it goes on from, or of one of the same rows. */
  async addRecord(record: KeptRecord, before: RecordName = record): Promise<void> {
    const replaced = await this.#partsOf(before);
    await replaceFile(join(this.#path, fileNameOf(record)), sealed(record, this.#by));
    if (fileNameOf(before) !== fileNameOf(record)) await rm(join(this.#path, fileNameOf(before)), { force: true });
    for (const part of replaced.filter((each) => !record.parts.includes(each)))
      await rm(this.pathOf(part), { force: true });
  }

  /** Removes what was not used for the longest time until the rest takes no more than so many bytes, and what nothing names any more. */
  async sweep(mostBytes: number): Promise<void> {
    const files = await this.#files();
    await sweepAbandoned(this.#path, unfinishedPrefix, orphanAfterMs);
    const records: { readonly name: RecordName; readonly usedAt: number }[] = [];
    for (const file of files) {
      const name = recordNameOf(file);
      const facts = name === undefined ? undefined : await this.#factsOf(file);
      if (name !== undefined && facts !== undefined) records.push({ name, usedAt: facts.mtimeMs });
    }
    const [named, dropped] = [new Set<string>(), new Set<string>()];
    let bytes = 0;
    for (const { name } of records.toSorted((left, right) => right.usedAt - left.usedAt)) {
      const parts = (await this.#partsOf(name)).filter((part) => !named.has(part));
      let own = 0;
      for (const part of parts) own += (await this.#factsOf(`${part}${partEnd}`))?.size ?? 0;
      const goes = own === 0 || bytes + own > mostBytes;
      if (goes) await rm(join(this.#path, fileNameOf(name)), { force: true });
      else bytes += own;
      for (const part of parts) (goes ? dropped : named).add(part);
    }
    for (const file of files.filter((each) => each.endsWith(partEnd))) {
      const part = file.slice(0, -partEnd.length);
      const facts = await this.#factsOf(file);
      const isOld = facts !== undefined && Date.now() - facts.mtimeMs > orphanAfterMs;
      if (!named.has(part) && (isOld || dropped.has(part))) await rm(join(this.#path, file), { force: true });
    }
  }

  async #partsOf(name: RecordName): Promise<readonly string[]> {
    const bytes = await orMissing(readRegularFile(join(this.#path, fileNameOf(name)), mostTextBytes));
    if (bytes === undefined) return [];
    const record = unsealed(bytes.toString('utf8'), name, this.#by);
    return 'why' in record ? [] : record.parts;
  }

  async #files(): Promise<readonly string[]> {
    return (await orMissing(readdir(this.#path))) ?? [];
  }

  async #factsOf(file: string): Promise<Stats | undefined> {
    return await orMissing(stat(join(this.#path, file)));
  }

  async #digestOf(path: string): Promise<string | undefined> {
    return await orMissing(digestOfFile(path));
  }
}

/** What the file system gives; undefined where there is nothing. */
async function orMissing<T>(given: Promise<T>): Promise<T | undefined> {
  try {
    return await given;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
