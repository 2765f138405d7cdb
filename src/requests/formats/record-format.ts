import { csv } from './csv.ts';
import { jsonLines } from './json-lines.ts';
import { parquet } from './parquet.ts';
import type { RecordFormat } from './record-scan.ts';

const formats: readonly RecordFormat[] = [jsonLines, csv, parquet];

/** Every ending that a log's name may have. */
export const knownEndings: readonly string[] = formats.flatMap((format) => format.endings);

/** The format of a file, told from its name; undefined when no format has that ending. */
export function formatOf(path: string): RecordFormat | undefined {
  const name = path.toLowerCase();
  return formats.find((format) => format.endings.some((ending) => name.endsWith(ending)));
}
