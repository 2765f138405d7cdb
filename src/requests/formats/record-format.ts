import { csv } from './csv.ts';
import { jsonLines } from './json-lines.ts';
import { parquet } from './parquet.ts';
import type { RecordFormat } from './record-scan.ts';

const formats: readonly RecordFormat[] = [jsonLines, csv, parquet];

/** Every ending that a log's name may have. */
export const knownEndings: readonly string[] = formats.flatMap((format) => format.endings);

/** The format of a file that was found by its ending. */
export function containerOf(path: string): RecordFormat {
  const format = formatOf(path);
  if (format === undefined) throw new RangeError(`${path} has no format`);
  return format;
}

/** The format of a file, told from its name; undefined when no format has that ending. */
export function formatOf(path: string): RecordFormat | undefined {
  const name = path.toLowerCase();
  return formats.find((format) => format.endings.some((ending) => name.endsWith(ending)));
}
