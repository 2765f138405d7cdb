import { type Database, quoteIdentifier, quoteLiteral } from '../../database/database.ts';
import { compressionLiteral, pathLiteral, withCompression } from './duckdb-source.ts';
import { leafPaths } from './json-path.ts';
import { JsonStructure } from './json-structure.ts';
import type { ContainedFile, Container, WantedField } from './record-scan.ts';
import { isUtf8 } from 'node:buffer';
import { uncompressed } from './uncompressed.ts';

/**
 * One JSON object per line; blank lines are no records. A line that is not JSON costs only itself: `read_json_objects`
 * gives a NULL for it, where DuckDB's typed reader, told to ignore errors, silently loses good records that follow.
 */
export const jsonLines: Container = {
  name: 'JSON lines',
  endings: withCompression(['.jsonl', '.ndjson', '.json']),
  scan: async (db, file, fields, { unpackArrays = false } = {}) => {
    const { sql: written, countedTwice } = await lines(db, file);
    const sql = unpackArrays ? unpackedSql(written) : written;
    return { sql: jsonFieldsSql(sql, fields), furtherUnreadable: async () => -countedTwice };
  },
  couldHold: async () => true,
  fieldNames: async (db, file, records = 1) => {
    const { sql } = await lines(db, file);
    return await jsonFieldNames(db, sql, records);
  },
};

/** Paths of the fields of the first of some records. @param sql SELECT of a column `json`, a record or a list of them each */
export async function jsonFieldNames(db: Database, sql: string, records: number): Promise<string[]> {
  const [row] = await db.rows(
    `SELECT json_group_structure(record)::VARCHAR AS structure FROM (
         SELECT CASE WHEN json LIKE '[%' THEN json_extract(json, '$[0]') ELSE json END AS record
         FROM (${sql}) WHERE json LIKE '{%' OR json LIKE '[{%' LIMIT ${records})`,
  );
  const structure: unknown = JSON.parse(String(row?.['structure'] ?? '{}'));
  return leafPaths(structure);
}

/** The scan of the fields of records. @param lineSql SELECT of a column `json`, a record each */
export function jsonFieldsSql(lineSql: string, fields: readonly WantedField[]): string {
  const structure = new JsonStructure(fields);
  const columns = fields.map(
    (field) => `${structure.fieldSql(field, 'record', 'json')} AS ${quoteIdentifier(field.column)}`,
  );
  return `SELECT coalesce(json LIKE '{%', false) AS readable, ${columns.join(', ')}
    FROM (SELECT json, json_transform(json, ${structure.literal()}) AS record FROM (${lineSql}))`;
}

/** Arrays of records as their records. */
function unpackedSql(sql: string): string {
  return `SELECT unnest(CASE WHEN json LIKE '[%' THEN json_extract(json, '$[*]') ELSE [json] END) AS json FROM (${sql})`;
}

/** The lines of a file as a column `json`, and how many of its unreadable lines are there a second time. */
async function lines(db: Database, file: ContainedFile): Promise<{ sql: string; countedTwice: number }> {
  const sql = `SELECT json FROM read_json_objects(${pathLiteral(file)}, format = 'newline_delimited',
    compression = ${compressionLiteral(file)}, ignore_errors = true, hive_partitioning = false)`;
  const marked = await lineAfterByteOrderMark(file);
  if (marked === undefined || marked === null) return { sql, countedTwice: 0 };
  // On one thread the reader skips a byte order mark; on several it takes the line behind it for unreadable.
  const [setting] = await db.rows("SELECT current_setting('threads')::INTEGER AS threads");
  if (setting?.['threads'] === 1) return { sql, countedTwice: 0 };
  if (marked === '') return { sql, countedTwice: 1 };
  const [row] = await db.rows(`SELECT json_valid(${quoteLiteral(marked)}) AS valid`);
  if (row?.['valid'] !== true) return { sql, countedTwice: 0 };
  return { sql: `${sql} UNION ALL SELECT ${quoteLiteral(marked)}::JSON`, countedTwice: 1 };
}

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);
const lineEnd = 0x0a;

/**
 * The first line of a text file, plain or .gz, that begins with a byte order mark; without the mark. Null when the line
 * is not UTF-8, undefined when there is no mark. Node 20 cannot look into a .zst: there the mark spoils the first record.
 */
async function lineAfterByteOrderMark(file: ContainedFile): Promise<string | null | undefined> {
  if (file.compression === 'zstd') return undefined;
  let head: Buffer = Buffer.alloc(0);
  for await (const chunk of uncompressed(file)) {
    if (!(chunk instanceof Buffer)) throw new TypeError('a file was read as text');
    head = Buffer.concat([head, chunk]);
    const compared = Math.min(head.length, byteOrderMark.length);
    if (!head.subarray(0, compared).equals(byteOrderMark.subarray(0, compared))) return undefined;
    if (head.includes(lineEnd)) break;
  }
  if (head.length < byteOrderMark.length) return undefined;
  const end = head.indexOf(lineEnd);
  const line = head.subarray(byteOrderMark.length, end === -1 ? head.length : end);
  return isUtf8(line) ? line.toString('utf8').trim() : null;
}
