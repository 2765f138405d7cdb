import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { DuckDBConnection, DuckDBInstance, DuckDBValue } from '@duckdb/node-api';
import { interrupted, messageOf, systemErrorCode, unusableFile } from '../domain/errors.ts';
import { appendColumns, type ColumnInput } from './append-columns.ts';
import { columnArrays, type ColumnArrays } from './column-arrays.ts';

export interface DatabaseOptions {
  /** Folder that results too large for memory are spilled to; made if it is not there. */
  readonly tempFolder: string;
  /** What the database may hold in memory; the process around it needs about as much again as a small program. */
  readonly memoryLimitBytes?: number;
  /** How many threads it begins with: 1 where it is not given. */
  readonly threads?: number;
}

/** Leaves room under 1 GB for Node and for what DuckDB does not count. */
const defaultMemoryLimitBytes = 400_000_000;

/** Rows of so many columns are read within the default memory. */
const narrowColumns = 100;

/** What one thread of DuckDB sets aside for each column of wider rows, most of which it never touches. */
const bytesPerColumn = 2_500_000;

/** Every reading thread holds buffers of tens of megabytes, so more threads would not fit the default memory. */
const mostThreads = 4;

/** A value of a row: numbers of any width arrive as number, times and other types as text. */
export type Cell = string | number | boolean | null;

/**
 * An embedded DuckDB that lives in memory and spills to a folder. Queries on it run one after another; a stream has a
 * connection of its own, so other queries may run while it is read. Tables have no order: ask for one.
 */
export interface Database {
  /**
   * Lets several cores work on what is run from now on. Until then one does: to share small tables among threads costs
   * half as much processor time again as to read them.
   */
  useCores(): Promise<void>;
  /** Has as much memory as rows of so many columns need from now on; where those are many, one thread uses it. */
  makeRoomFor(columns: number): Promise<void>;
  /** Runs statements for their effect. */
  run(sql: string): Promise<void>;
  /** The result as one object per row; for small results. */
  rows(sql: string): Promise<readonly Readonly<Record<string, Cell>>[]>;
  /** The whole result as one array per column. */
  columns(sql: string): Promise<ColumnArrays>;
  /** The result in chunks of some 2,048 rows, in the order that the query asks for. */
  stream(sql: string): AsyncIterable<ColumnArrays>;
  /** Adds rows to a table, given as columns in the order of the table's. NaN becomes NULL. */
  append(table: string, columns: readonly ColumnInput[]): Promise<void>;
  /** Stops what runs now; its promise rejects with the user error of exit 130. */
  interrupt(): void;
  close(): Promise<void>;
}

/**
 * Opens an empty database. DuckDB is loaded only now, since most commands never need it.
 *
 * @throws UserError (exit 5) that says how to install DuckDB where its library is missing or does not start
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { DuckDBInstance } = await importDuckDB();
  await mkdir(options.tempFolder, { recursive: true });
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${options.memoryLimitBytes ?? defaultMemoryLimitBytes}B`,
    threads: String(options.threads ?? 1),
    temp_directory: options.tempFolder,
    // Nothing is ever downloaded: JSON, Parquet and time zones are built in.
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    // Keeping the order of files costs a quarter of the reading time; whatever needs an order asks for it.
    preserve_insertion_order: 'false',
    // It joins a table for each list of constants, which takes longer than to compare them, and half the time that a small log takes to be read.
    disabled_optimizers: 'in_clause',
  });
  const connection = await instance.connect();
  await connection.run("SET GLOBAL TimeZone = 'UTC'");
  return new DuckDBDatabase(instance, connection, options.memoryLimitBytes ?? defaultMemoryLimitBytes);
}

async function importDuckDB(): Promise<typeof import('@duckdb/node-api')> {
  try {
    return await import('@duckdb/node-api');
  } catch (error) {
    const isMissing = systemErrorCode(error) === 'MODULE_NOT_FOUND';
    throw unusableFile(
      isMissing
        ? `DuckDB, which reads the logs, is not installed for ${process.platform}-${process.arch}: npm did not install its library.`
        : `DuckDB, which reads the logs, does not start: ${messageOf(error)}`,
      { hint: 'Install canary again with its optional packages: npm install --include=optional', cause: error },
    );
  }
}

class DuckDBDatabase implements Database {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #streams = new Set<DuckDBConnection>();
  readonly #memoryLimitBytes: number;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(instance: DuckDBInstance, connection: DuckDBConnection, memoryLimitBytes: number) {
    this.#instance = instance;
    this.#connection = connection;
    this.#memoryLimitBytes = memoryLimitBytes;
  }

  async useCores(): Promise<void> {
    await this.run(`SET threads = ${Math.min(availableParallelism(), mostThreads)}`);
  }

  async makeRoomFor(columns: number): Promise<void> {
    if (columns <= narrowColumns) return;
    await this.run(`SET threads = 1; SET memory_limit = '${this.#memoryLimitBytes + columns * bytesPerColumn}B'`);
  }

  async run(sql: string): Promise<void> {
    await this.#inTurn(() => this.#connection.run(sql));
  }

  async rows(sql: string): Promise<readonly Readonly<Record<string, Cell>>[]> {
    const reader = await this.#inTurn(() => this.#connection.runAndReadAll(sql));
    return reader
      .getRowObjects()
      .map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, cellOf(value)])));
  }

  async columns(sql: string): Promise<ColumnArrays> {
    return await this.#inTurn(async () => {
      const result = await this.#connection.stream(sql);
      return columnArrays(result.deduplicatedColumnNames(), await result.fetchAllChunks(), result.columnTypes());
    });
  }

  async *stream(sql: string): AsyncGenerator<ColumnArrays> {
    const connection = await this.#instance.connect();
    this.#streams.add(connection);
    try {
      const result = await withInterrupt(connection.stream(sql));
      const names = result.deduplicatedColumnNames();
      const types = result.columnTypes();
      for (;;) {
        const chunk = await withInterrupt(result.fetchChunk());
        if (chunk === null || chunk.rowCount === 0) return;
        yield columnArrays(names, [chunk], types);
      }
    } finally {
      this.#streams.delete(connection);
      connection.closeSync();
    }
  }

  async append(table: string, columns: readonly ColumnInput[]): Promise<void> {
    await this.#inTurn(() => appendColumns(this.#connection, table, columns));
  }

  /** What begins, be it a query or rows that are added, takes from a query of the same connection what is left to read, which then ends early and says nothing. */
  async #inTurn<T>(query: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(query);
    this.#turn = turn.catch(() => undefined);
    return await withInterrupt(turn);
  }

  interrupt(): void {
    this.#connection.interrupt();
    for (const connection of this.#streams) connection.interrupt();
  }

  async close(): Promise<void> {
    // A query that outlives its connection waits for itself for ever, and the process with it.
    await this.#turn;
    this.#connection.closeSync();
    this.#instance.closeSync();
  }
}

/** Writes a name so that SQL reads it as that name, whatever is in it. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A number as SQL reads it back to the last bit: plain decimals would go through a decimal type. */
export function doubleSql(value: number): string {
  return `(${value.toExponential()}::DOUBLE)`;
}

/** Writes a text so that SQL reads it as that text, whatever is in it. */
export function quoteLiteral(text: string): string {
  const quoted = text.split('\0').map((part) => `'${part.replaceAll("'", "''")}'`);
  // A statement ends at its first NUL, so that one in a text has to be computed.
  return quoted.length === 1 ? quoted.join('') : `(${quoted.join(' || chr(0) || ')})`;
}

async function withInterrupt<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw messageOf(error).startsWith('INTERRUPT') ? interrupted() : error;
  }
}

function cellOf(value: DuckDBValue): Cell {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  return typeof value === 'bigint' ? Number(value) : value.toString();
}
