import type { Database } from '../database.ts';

/** A field to read from every record. */
export interface WantedField {
  /** Name of the column that it becomes. */
  readonly column: string;
  /** Keys from the record's root down. */
  readonly path: readonly string[];
  /**
   * `text`: VARCHAR, a string without its quotes, anything else as it is written; `json`: VARCHAR that holds JSON text;
   * `present`: BOOLEAN, whether something is there. What is missing or null is NULL (`present`: false).
   */
  readonly as: 'text' | 'json' | 'present';
}

/** A query over the records of one file. */
export interface RecordScan {
  /** SELECT that gives one row per record: the wanted columns, and `readable` BOOLEAN, false for what is no record at all. */
  readonly sql: string;
  /** Unreadable records beyond the rows that are not `readable`; asked after the query has run. */
  furtherUnreadable(): Promise<number>;
  /** Those, where the reader knows where they are; after they were counted. */
  unreadable?(): readonly UnreadableRecord[];
}

/** A record that is none of the query's rows. */
export interface UnreadableRecord {
  /** Its place among the rows of the file, from 1: the header and blank lines count, the lines inside of a quoted value do not. */
  readonly row: number;
  /** How many lines it spans. */
  readonly lines: number;
  readonly why: string;
}

export interface ScanOptions {
  /** Whether each element of a line that is a JSON array is a record, as some systems write their batches. */
  readonly unpackArrays?: boolean;
}

/** How the records of one file format are read. */
export interface RecordFormat {
  /** As messages name it. */
  readonly name: string;
  readonly endings: readonly string[];
  /** Prepares reading the wanted fields of every record of a file. */
  scan(db: Database, absolutePath: string, fields: readonly WantedField[], options?: ScanOptions): Promise<RecordScan>;
  /**
   * Whether a file could say something at a path, though no record may: JSON always could, a table only where it has a
   * column for it. Where it could not, silence means nothing.
   */
  couldHold(db: Database, absolutePath: string, path: readonly string[]): Promise<boolean>;
  /** Dotted paths of the fields that a file's first record has (of a table: its columns). */
  fieldNames(db: Database, absolutePath: string): Promise<string[]>;
}
