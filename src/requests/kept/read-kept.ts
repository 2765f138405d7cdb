import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { quoteIdentifier, quoteLiteral } from '../../database/database.ts';
import { messageOf, systemErrorCode, UserError } from '../../domain/errors.ts';
import type { KeptRowsPlace } from '../../domain/log/kept-rows.ts';
import { pathLiteral } from '../containers/duckdb-source.ts';
import type { DigestedFile } from '../files/file-digest.ts';
import type { RequestFile } from '../files/request-files.ts';
import { scanRecords } from '../files/scan-records.ts';
import type { LogSource } from '../table/live-split.ts';
import { bookkeepingColumns, insertedRecordsSql, insertRecords, requestColumns } from '../table/request-table.ts';
import { type ReadOptions, wantedFields } from '../values/read-options.ts';
import { KeptFolder } from './kept-folder.ts';
import { type KeptRecord, keyOf, type RecordName } from './kept-record.ts';

/** A smaller file of a large log is read again as soon. */
const leastFileShare = 1 / 64;
/** What was appended is read again with what comes next, until it is so much of what makes a log large. */
const leastTailShare = 1 / 4;
/** Rows that lie in more parts are put into one. */
const mostParts = 8;
/** A column of more different values than this is written without a dictionary, which would take longer to make than it saves. */
const mostKinds = 1000;

/** What a log's files are read through: rows that were kept of them before, and a place to keep what is read now. */
export interface KeptRows {
  readonly folder: KeptFolder;
  readonly names: readonly RecordName[];
  readonly place: KeptRowsPlace;
  /** The digest of a file, by its index, with those of all beginnings that rows were kept of. */
  readonly digestOf: (file: number) => Promise<DigestedFile>;
}

/** The rows that may be kept of a log; undefined where none are, since it is small or not all that it holds becomes rows. */
export async function openKeptRows({ db, options, files }: LogSource): Promise<Omit<KeptRows, 'digestOf'> | undefined> {
  const { kept: place, format, sample } = options;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (place === undefined || format !== 'canary' || sample !== undefined || bytes < place.leastBytes) return undefined;
  const [row] = await db.rows('SELECT version() AS version');
  const by = { secret: place.secret, version: `canary ${place.version} with DuckDB ${String(row?.['version'])}` };
  const folder = new KeptFolder(place.folder, by);
  try {
    return { folder, names: place.fresh ? [] : await folder.names(), place };
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    place.say(`Nothing is kept of the log: ${messageOf(error)}`);
    return undefined;
  }
}

/** One file of a log that rows are kept of. */
export class KeptFile {
  readonly #log: LogSource;
  readonly #rows: KeptRows;
  readonly #file: RequestFile;
  readonly #index: number;
  /** SQL of the file's rows without its name, and what is kept of rows that were read in this way. */
  readonly #sql: string;
  readonly #key: string;

  private constructor(log: LogSource, rows: KeptRows, file: RequestFile, index: number, sql: string) {
    this.#log = log;
    this.#rows = rows;
    this.#file = file;
    this.#index = index;
    this.#sql = sql;
    this.#key = keyOf(sql);
  }

  /** @param scanSql how the file is read @returns undefined where nothing is kept of it */
  static of(log: LogSource, rows: KeptRows | undefined, index: number, scanSql: string): KeptFile | undefined {
    const file = log.files[index];
    if (rows === undefined || file === undefined) return undefined;
    const sql = namelessSql(log.options, file, scanSql);
    const isSmall = file.bytes < rows.place.leastBytes * leastFileShare;
    return sql === undefined || isSmall ? undefined : new KeptFile(log, rows, file, index, sql);
  }

  /**
   * Adds the file's rows to the table `requests` from those that were kept, and from what was appended since.
   * @returns unreadable records that are in no row; undefined where the file has to be read, and then the table has none of its rows
   * @throws UserError (exit 5) for a file that changed, or is damaged
   */
  async restore(): Promise<number | undefined> {
    const { names } = this.#rows;
    const candidates = names
      .filter(({ key, bytes }) => key === this.#key && bytes <= this.#file.bytes)
      .toSorted((left, right) => right.bytes - left.bytes);
    if (candidates.length === 0) return undefined;
    const digested = await this.#rows.digestOf(this.#index);
    for (const name of candidates.filter(({ bytes, sha256 }) => digested.beginnings.get(bytes) === sha256)) {
      try {
        const record = await this.#rows.folder.read(name);
        const why = 'why' in record ? record.why : await this.#insert(record, digested);
        if (why === undefined && !('why' in record)) return record.furtherUnreadable;
        this.#say(why ?? '');
      } catch (error) {
        if (error instanceof UserError) throw error;
        await this.#log.db.run(`DELETE FROM requests WHERE file = ${this.#index}`);
        this.#say(messageOf(error));
      }
    }
    return undefined;
  }

  /** Keeps the file's rows, which the table `requests` has now. Where that fails the next look takes longer. */
  async keep(furtherUnreadable: number): Promise<void> {
    const digested = await this.#rows.digestOf(this.#index);
    await digested.requireUnchanged();
    try {
      const parts = [await this.#writePart()];
      await this.#addRecord(digested, { furtherUnreadable, parts });
    } catch (error) {
      if (error instanceof UserError) throw error;
      this.#rows.place.say(`What was read of ${this.#file.path} is not kept: ${messageOf(error)}`);
    }
  }

  /** @returns why the record is of no use here; undefined where its rows were added */
  async #insert(record: KeptRecord, digested: DigestedFile): Promise<string | undefined> {
    const { db, options } = this.#log;
    const tailBytes = this.#file.bytes - record.bytes;
    if (tailBytes > 0) {
      const why = await this.#insertTail(record, tailBytes);
      if (why !== undefined) return why;
    }
    await digested.requireUnchanged();
    const { leastBytes } = this.#rows.place;
    const isPart = tailBytes > 0 && tailBytes >= leastTailShare * leastBytes;
    const tail = isPart && record.parts.length < mostParts ? [await this.#writePart()] : [];
    const columns = keptColumns(options).map(quoteIdentifier).join(', ');
    const files = record.parts.map((part) => quoteLiteral(this.#rows.folder.pathOf(part))).join(', ');
    await db.run(
      `INSERT INTO requests (${columns}, "file") SELECT ${columns}, ${this.#index} FROM read_parquet([${files}], hive_partitioning = false)`,
    );
    if (!isPart) return undefined;
    const parts = tail.length === 0 ? [await this.#writePart()] : [...record.parts, ...tail];
    await this.#addRecord(digested, { furtherUnreadable: record.furtherUnreadable, parts }, record);
    return undefined;
  }

  /** Adds the rows of what comes after a record's bytes. @returns why that cannot be read by itself */
  async #insertTail(record: KeptRecord, bytes: number): Promise<string | undefined> {
    if (!this.#hasLines() || !record.endsLine) return 'what was appended goes on in the middle of a line';
    if (bytes > record.bytes) return 'more was appended than it holds';
    return await this.#rows.folder.withTemporary(async (path) => {
      await pipeline(
        createReadStream(this.#file.absolutePath, { start: record.bytes, end: record.bytes + bytes - 1 }),
        createWriteStream(path, { flags: 'wx', mode: 0o600 }),
      );
      // The reader takes a byte order mark away where a file begins, and nowhere else.
      const head = await bytesAt(path, 0, 1);
      if (head[0] === byteOrderMark[0]) return 'what was appended may begin with a byte order mark';
      const { db, options } = this.#log;
      const tail = { ...this.#file, absolutePath: path };
      const { sql } = await scanRecords(db, tail, wantedFields(options), { decimal: options.decimal });
      if (namelessSql(options, tail, sql) !== this.#sql) return 'what was appended would be read in another way';
      await insertRecords(db, options, { sql, file: this.#index });
      return undefined;
    });
  }

  /** Writes the file's rows that are in the table now. */
  async #writePart(): Promise<string> {
    const { db, options } = this.#log;
    const columns = keptColumns(options).map(quoteIdentifier).join(', ');
    return await this.#rows.folder.addPart((path) =>
      db.run(
        `COPY (SELECT ${columns} FROM requests WHERE file = ${this.#index}) TO ${quoteLiteral(path)}
         (FORMAT parquet, PARQUET_VERSION v2, COMPRESSION lz4_raw, DICTIONARY_SIZE_LIMIT ${mostKinds})`,
      ),
    );
  }

  async #addRecord(
    { digest: { bytes, sha256 } }: DigestedFile,
    rows: Pick<KeptRecord, 'furtherUnreadable' | 'parts'>,
    before?: RecordName,
  ): Promise<void> {
    const { folder, place } = this.#rows;
    const last = await bytesAt(this.#file.absolutePath, bytes - 1, 1);
    const endsLine = this.#hasLines() && last[0] === lineEnd;
    await folder.addRecord({ key: this.#key, bytes, sha256, endsLine, ...rows }, before);
    await folder.sweep(place.mostBytes);
  }

  /** Whether the file is lines that are read each by itself. */
  #hasLines(): boolean {
    return this.#file.container === 'json-lines' && this.#file.compression === 'none';
  }

  #say(why: string): void {
    this.#rows.place.say(`What was kept of ${this.#file.path} is not used: ${why}`);
  }
}

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);
const lineEnd = 0x0a;

async function bytesAt(path: string, position: number, length: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The columns of the table `requests` that are kept: all but which file of the log it is. */
function keptColumns(options: ReadOptions): string[] {
  const names = [...requestColumns(options), ...bookkeepingColumns(options)].map(([name]) => name);
  return names.filter((name) => name !== 'file');
}

/**
 * What tells how a file's rows are made, whatever the file is called: their SQL without its name. Undefined where that is not all: where the
 * name is anywhere else in it, and where rows have numbers.
 */
function namelessSql(options: ReadOptions, file: RequestFile, scanSql: string): string | undefined {
  const sql = insertedRecordsSql(options, { sql: scanSql, file: 0 });
  const [before, after, ...more] = sql.split(pathLiteral(file));
  if (before === undefined || after === undefined || more.length > 0 || sql.includes('row_number()')) return undefined;
  return JSON.stringify([before, after, requestColumns(options), bookkeepingColumns(options)]);
}
