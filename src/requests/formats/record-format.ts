import type { Database } from '../database.ts';
import { csv } from './csv.ts';
import { jsonLines } from './json-lines.ts';
import { parquet } from './parquet.ts';
import type { RecordScan, WantedField } from './record-scan.ts';

/** How the records of one file format are read. */
export interface RecordFormat {
  /** As messages name it. */
  readonly name: string;
  readonly endings: readonly string[];
  /** Prepares reading the wanted fields of every record of a file. */
  scan(db: Database, absolutePath: string, fields: readonly WantedField[]): Promise<RecordScan>;
  /** Dotted paths of the fields that a file's first record has (of a table: its columns). */
  fieldNames(db: Database, absolutePath: string): Promise<string[]>;
}

const formats: readonly RecordFormat[] = [jsonLines, csv, parquet];

/** Every ending that a log's name may have. */
export const knownEndings: readonly string[] = formats.flatMap((format) => format.endings);

/** The format of a file, told from its name; undefined when no format has that ending. */
export function formatOf(path: string): RecordFormat | undefined {
  const name = path.toLowerCase();
  return formats.find((format) => format.endings.some((ending) => name.endsWith(ending)));
}
