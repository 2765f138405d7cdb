import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../database/database.ts';
import { messageOf, systemErrorCode, unusableFile } from '../domain/errors.ts';
import { ownedName, sweepAbandoned } from '../files/owned-name.ts';
import { fileSha256 } from '../models/artifact.ts';
import { createTable, ParquetWriter, parquetRows } from '../replay/store/parquet-table.ts';
import type { Scored } from './scorer-process.ts';

/** An answer that was scored: which one it was, and what the scorer said. */
export interface ScoredAnswer {
  readonly key: string;
  readonly scored: Scored;
}

/** Where finished scores are kept. */
export interface ScoreStoreSettings {
  /** The folder of all scorers, made if it is not there. */
  readonly folder: string;
  /** Forgets what is stored for this scorer. */
  readonly fresh: boolean;
}

const columns = { key: 'VARCHAR', scores: 'VARCHAR', error: 'VARCHAR', detail: 'VARCHAR' } as const;
const unfinishedPrefix = '.unfinished-';
const longestDetail = 300;

/** What one scorer said, in Parquet files that are called by their digests, so that a damaged one is passed over and its answers are scored again. */
export class ScoreStore {
  readonly #db: Database;
  readonly #folder: string;
  readonly #writer: ParquetWriter;

  /** @throws UserError (exit 5) when the folder cannot be written */
  static async open(db: Database, { folder, fresh }: ScoreStoreSettings, key: string): Promise<ScoreStore> {
    const own = join(folder, key);
    try {
      if (fresh) await rm(own, { recursive: true, force: true });
      await mkdir(own, { recursive: true });
      await sweepAbandoned(own, unfinishedPrefix);
    } catch (error) {
      throw unwritable(own, error);
    }
    return new ScoreStore(db, own);
  }

  private constructor(db: Database, folder: string) {
    this.#db = db;
    this.#folder = folder;
    this.#writer = new ParquetWriter(db);
  }

  /** Makes a table of all that is stored: `key`, `scores` (JSON by name), `error` and `detail`, all VARCHAR. */
  async load(table: string): Promise<void> {
    const files: string[] = [];
    for (const name of (await readdir(this.#folder)).toSorted()) {
      const path = join(this.#folder, name);
      if (name.endsWith('.parquet') && `${await fileSha256(path)}.parquet` === name) files.push(path);
    }
    await createTable(this.#db, table, columns);
    if (files.length === 0) return;
    // Two canaries at once may have had the same answer scored.
    const first = 'QUALIFY row_number() OVER (PARTITION BY key ORDER BY scores, error, detail) = 1';
    await this.#db.run(`INSERT INTO ${table} BY NAME SELECT * FROM ${parquetRows(files)} ${first}`);
  }

  /** Keeps answers. @throws UserError (exit 5) when they cannot be written */
  async add(answers: readonly ScoredAnswer[]): Promise<void> {
    const temporary = join(this.#folder, ownedName(unfinishedPrefix));
    const values = [
      answers.map(({ key }) => key),
      answers.map(({ scored }) => ('scores' in scored ? JSON.stringify(scored.scores) : null)),
      answers.map(({ scored }) => ('error' in scored ? scored.error : null)),
      answers.map(({ scored }) => ('detail' in scored ? scored.detail.slice(0, longestDetail) : null)),
    ];
    try {
      await this.#writer.write(temporary, columns, values);
      await rename(temporary, join(this.#folder, `${await fileSha256(temporary)}.parquet`));
    } catch (error) {
      const refused = systemErrorCode(error) !== undefined || messageOf(error).startsWith('IO Error');
      throw refused ? unwritable(this.#folder, error) : error;
    } finally {
      await rm(temporary, { force: true });
    }
  }
}

function unwritable(folder: string, cause: unknown): Error {
  return unusableFile(`The store of scores ${folder} cannot be written: ${messageOf(cause)}`, {
    hint: 'Make the folder writable or free some space; what is finished is kept.',
    cause,
  });
}
