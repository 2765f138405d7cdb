import { open } from 'node:fs/promises';
import { unusableFile, type UserError } from '../../domain/errors.ts';
import { csvHeader } from '../containers/csv-header.ts';
import { type ContainerName, knownEndings, namedContainer } from '../containers/containers.ts';
import { isResultsDocument } from '../containers/results-document.ts';
import type { Compression, ContainedFile } from '../containers/record-scan.ts';
import { uncompressed } from '../containers/uncompressed.ts';
import { quoteLiteral } from '../../database/database.ts';

/** What a file's bytes are. */
export interface FileKind {
  readonly container: ContainerName;
  readonly compression: Compression;
  /** Whether the name did not tell, so that the content did. */
  readonly sniffed: boolean;
}

/** As much of a file as is looked at where its name does not tell what it holds. */
const headBytes = 65_536;
/** A log may begin with a few lines of another kind. */
const mostPreamble = 20;

/**
 * What a file holds: by its name where that has a known ending, else by what is in it, such as that of `app.log.1`.
 * @throws UserError (exit 5) where neither tells.
 */
export async function fileKind(path: string, absolutePath: string): Promise<FileKind> {
  const beginning = await headOf(absolutePath, 12);
  const start = beginning.subarray(0, 4);
  requireNoOther(path, start);
  requireNoSeparatorLine(path, beginning);
  const compression = compressionOf(path, start);
  const named = namedContainer(path);
  if (/\.json(?:\.gz|\.zst)?$/iu.test(path) && isResultsDocument(await headIfWhole({ absolutePath, compression })))
    return { container: 'results-document', compression, sniffed: true };
  if (named !== undefined) return { container: named, compression, sniffed: false };
  if (start.toString('latin1') === 'PAR1') return { container: 'parquet', compression, sniffed: true };
  const head = await textHead({ absolutePath, compression });
  const container = isResultsDocument(head) ? 'results-document' : sniffedContainer(head);
  if (typeof container === 'string') return { container, compression, sniffed: true };
  throw notALog(path, container);
}

/** What is often named in the place of a log, by the first bytes of it as Latin-1. */
const otherKinds: readonly (readonly [start: string, what: string, hint: string])[] = [
  ['\x89PNG', 'a picture (PNG)', 'name the log itself'],
  ['\xFF\xD8\xFF', 'a picture (JPEG)', 'name the log itself'],
  ['GIF8', 'a picture (GIF)', 'name the log itself'],
  ['%PDF', 'a PDF', 'name the log itself'],
  [
    'PK\x03\x04',
    'a zip archive (or a spreadsheet)',
    'unpack it, for instance with unzip -p FILE > log.jsonl, or export CSV',
  ],
  ['7z\xBC\xAF', 'a 7z archive', 'unpack it first'],
  ['\xFD7zX', 'compressed with xz', 'unpack it, for instance with xz -d; canary reads .gz and .zst'],
  ['BZh', 'compressed with bzip2', 'unpack it, for instance with bunzip2; canary reads .gz and .zst'],
  ['SQLi', 'a SQLite database', 'export the table as CSV'],
];

/** @throws UserError (exit 5) for a file of a kind that holds no records, whatever its name says */
function requireNoOther(path: string, start: Buffer): void {
  const text = start.toString('latin1');
  const found = otherKinds.find(([first]) => text.startsWith(first));
  if (found !== undefined) throw unusableFile(`${path}: is ${found[1]}, not a log`, { hint: found[2] });
  if (isUtf16(text))
    throw unusableFile(`${path}: is written in UTF-16, but logs are read as UTF-8`, {
      hint: 'convert it, for instance with iconv -f UTF-16 -t UTF-8 FILE > log.csv',
    });
}

/** Excel alone reads a first line that names the separator. */
function requireNoSeparatorLine(path: string, beginning: Buffer): void {
  if (!/^\uFEFF?sep=.[\r\n]/iu.test(beginning.toString('utf8'))) return;
  throw unusableFile(`${path}: its first line names the separator, which only Excel reads`, {
    hint: 'delete that line, for instance with tail -n +2 FILE > log.csv',
  });
}

/** By the byte order mark; without one, by every other of the first four bytes, which is 0 in any text that begins in ASCII. */
function isUtf16(start: string): boolean {
  return /^(?:\xFF\xFE|\xFE\xFF|[^\0]\0[^\0]\0|\0[^\0]\0[^\0])/u.test(start);
}

/** The name tells, since a damaged file must not be read as another kind of one; else the first bytes do. */
function compressionOf(path: string, start: Buffer): Compression {
  const name = path.toLowerCase();
  if (name.endsWith('.gz') || (start[0] === 0x1f && start[1] === 0x8b)) return 'gzip';
  return name.endsWith('.zst') || (start.length === 4 && start.readUInt32LE(0) === 0xfd2fb528) ? 'zstd' : 'none';
}

async function headOf(absolutePath: string, bytes: number): Promise<Buffer> {
  const file = await open(absolutePath);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function textHead(file: ContainedFile): Promise<string> {
  if (file.compression === 'none') return (await headOf(file.absolutePath, headBytes)).toString('utf8');
  if (file.compression === 'zstd') return await headOfZstd(file.absolutePath, mostPreamble);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of uncompressed(file)) {
    if (!(chunk instanceof Buffer)) throw new TypeError('a file was read as text');
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= headBytes) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The head of a file that its name describes; empty for a damaged one, of which whoever reads it tells what is wrong. */
async function headIfWhole(file: ContainedFile): Promise<string> {
  try {
    return await textHead(file);
  } catch (error) {
    if (file.compression !== 'none') return '';
    throw error;
  }
}

/** What the first lines of a text are, or a hint at what to do about them. */
function sniffedContainer(text: string): ContainerName | { readonly hint: string } {
  const lines = text
    .replace(/^\uFEFF/u, '')
    .split(/\r\n|\n|\r/u)
    .filter((line) => line.trim() !== '')
    .slice(0, mostPreamble);
  const [first = '', second] = lines;
  if (lines.some(isRecord)) return 'json-lines';
  if (/^\s*[[{]\s*$/u.test(first)) return { hint: 'write one record per line, for instance with jq -c .' };
  if (isHeader(first, second)) return 'csv';
  return {
    hint: `its first line is neither a JSON object nor the header of a table: ${JSON.stringify(first.slice(0, 60))}; file names that say their kind end in ${knownEndings.join(', ')}`,
  };
}

/** A line that holds a record, or a batch of them. */
function isRecord(line: string): boolean {
  if (!/^\s*(?:\{|\[\s*\{)/u.test(line)) return false;
  try {
    JSON.parse(line);
    return true;
  } catch (error) {
    // The head of a file may end in the middle of its first line.
    if (error instanceof SyntaxError) return line.length >= headBytes / 2;
    throw error;
  }
}

/** A header has several names, each once and none a number, and the next line has as many values. */
function isHeader(line: string, next: string | undefined): boolean {
  const { names, delimiter } = csvHeader(line);
  const trimmed = names.map((name) => name.trim());
  if (names.length < 2 || new Set(trimmed).size < names.length) return false;
  if (trimmed.some((name) => name === '' || /^[-+\d]/u.test(name) || /[{}=]|\s.*\s.*\s/u.test(name))) return false;
  return next === undefined || next.includes('"') || next.split(delimiter).length === names.length;
}

function notALog(path: string, { hint }: { readonly hint: string }): UserError {
  return unusableFile(`${path}: not a log that canary can read`, { hint });
}

/** The first lines of a .zst file, which Node 20 cannot decompress and DuckDB can; empty for one that is damaged. */
async function headOfZstd(absolutePath: string, lines: number): Promise<string> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    const path = quoteLiteral(absolutePath.replaceAll(/[[*?]/gu, '[$&]'));
    const reader = await connection.runAndReadAll(
      `SELECT line FROM read_csv(${path}, compression = 'zstd', hive_partitioning = false, auto_detect = false, header = false,
         delim = '\u0001', quote = '', escape = '', columns = {line: 'VARCHAR'}, ignore_errors = true, strict_mode = false,
         max_line_size = 16777216, parallel = false) LIMIT ${lines}`,
    );
    return reader
      .getRows()
      .map(([line]) => String(line))
      .join('\n');
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
