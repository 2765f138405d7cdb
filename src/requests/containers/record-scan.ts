import type { RecordPath } from '../../domain/log/record-path.ts';
import type { Database } from '../../database/database.ts';

/** A field to read from every record. */
export interface WantedField {
  /** Name of the column that it becomes. */
  readonly column: string;
  /** Steps from the record's root down. */
  readonly path: RecordPath;
  /**
   * `text`: VARCHAR, a string without its quotes, anything else as it is written; `json`: VARCHAR that holds JSON text;
   * `present`: BOOLEAN, whether something is there. What is missing or null is NULL (`present`: false).
   */
  readonly as: 'text' | 'json' | 'present';
  /** Other places of a text, tried one after the other where there is nothing at the path. */
  readonly otherwise?: readonly RecordPath[];
  /** Whether a text is a number, which a table of texts may write with a decimal comma. */
  readonly isNumber?: boolean;
}

/** How a file's bytes are compressed. */
export type Compression = 'none' | 'gzip' | 'zstd';

/** A file as the reader of its container needs it. */
export interface ContainedFile {
  readonly absolutePath: string;
  readonly compression: Compression;
}

/** A query over the records of one file. */
export interface RecordScan {
  /** SELECT that gives one row per record: the wanted columns, and `readable` BOOLEAN, false for what is not a record at all. */
  readonly sql: string;
  /** Unreadable records beyond the rows that are not `readable`; asked after the query has run. */
  furtherUnreadable(): Promise<number>;
  /** Those, where the reader knows where they are; after they were counted. */
  unreadable?(): readonly UnreadableRecord[];
  /** What stands between the values of a table of texts, whose numbers people may have written. */
  readonly delimiter?: string;
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
  /** What stands before the fraction of the numbers in tables of texts; decided from them where absent. */
  readonly decimal?: 'comma' | 'point' | undefined;
}

/** How the records of one container are read. Fields are read at their `path` alone; see `scanRecords` for the rest. */
export interface Container {
  /** As messages name it. */
  readonly name: string;
  readonly endings: readonly string[];
  /** Prepares reading the wanted fields of every record of a file. */
  scan(db: Database, file: ContainedFile, fields: readonly WantedField[], options?: ScanOptions): Promise<RecordScan>;
  /**
   * Whether a file could say something at a path, though no record may: JSON always could, a table only where it has a
   * column for it. Where it could not, silence means nothing.
   */
  couldHold(db: Database, file: ContainedFile, path: RecordPath): Promise<boolean>;
  /** Paths of the fields that a file's first records have, the first alone unless said (of a table: its columns). */
  fieldNames(db: Database, file: ContainedFile, records?: number): Promise<string[]>;
}
