import { unusableFile, type UserError } from '../../domain/errors.ts';
import { columnPath } from '../../domain/log/record-path.ts';
import { type Database, quoteIdentifier, quoteLiteral } from '../../database/database.ts';
import { csvHeader } from './csv-header.ts';
import { compressionLiteral, pathLiteral, withCompression } from './duckdb-source.ts';
import type { ContainedFile, Container, UnreadableRecord } from './record-scan.ts';
import { type TableColumn, tableCouldHold, tableFieldsSql } from './table-fields.ts';

/**
 * A header line, then one record per row (RFC 4180: quoted values may hold line ends). Every column is text and an
 * empty value is missing. A row with too few or too many values, or with bytes that are not UTF-8, costs only itself.
 * Read strictly: DuckDB's lenient mode takes whole rows into a value without a word.
 */
export const csv: Container = {
  name: 'CSV',
  endings: withCompression(['.csv', '.tsv']),
  scan: async (db, file, fields) => {
    const { columns, delimiter } = await headerOf(db, file);
    const rejects = `csv_rejects_${(nextRejects += 1)}`;
    const sql = `SELECT true AS readable, ${tableFieldsSql(columns, fields)}
      FROM read_csv(${pathLiteral(file)}, compression = ${compressionLiteral(file)}, hive_partitioning = false,
        auto_detect = false, header = true, delim = ${quoteLiteral(delimiter)}, quote = '"', escape = '"',
        columns = {${columns.map(({ sql: name }) => `${name}: 'VARCHAR'`).join(', ')}}, max_line_size = ${longestLineBytes},
        store_rejects = true, rejects_table = '${rejects}', rejects_scan = '${rejects}_scan', rejects_limit = 0)`;
    let unreadable: readonly UnreadableRecord[] = [];
    return {
      sql,
      furtherUnreadable: async () => {
        unreadable = await takeRejects(db, rejects, file.absolutePath);
        return unreadable.reduce((sum, { lines }) => sum + lines, 0);
      },
      unreadable: () => unreadable,
      delimiter,
    };
  },
  couldHold: async (db, file, path) => tableCouldHold((await headerOf(db, file)).columns, path),
  fieldNames: async (db, file) => (await headerOf(db, file)).columns.map(({ name }) => columnPath(name)),
};

/** The longest row that is read. */
const longestLineBytes = 16 * 1024 * 1024;

/** Tells the tables of rejects apart, since one database reads many files. */
let nextRejects = 0;

async function headerOf(db: Database, file: ContainedFile): Promise<{ columns: TableColumn[]; delimiter: string }> {
  const [row] = await db.rows(
    `SELECT line FROM read_csv(${pathLiteral(file)}, compression = ${compressionLiteral(file)}, hive_partitioning = false,
       auto_detect = false, header = false, delim = '\u0001', quote = '', escape = '', columns = {line: 'VARCHAR'},
       ignore_errors = true, strict_mode = false, max_line_size = ${longestLineBytes}, parallel = false) LIMIT 1`,
  );
  const { names, delimiter } = csvHeader(String(row?.['line'] ?? ''));
  // The names of the file stay out of the query, so that it does not matter what they are.
  const columns = names.map((name, index) => ({ name, sql: quoteIdentifier(`column${index}`), type: 'VARCHAR' }));
  return { columns, delimiter };
}

/** DuckDB keeps this much of a row that it rejects. */
const keptCharacters = 10_000;

/**
 * Counts the rejected rows by the lines that they span: a quote that is never closed makes one row of everything behind
 * it, and those lines must not vanish from the count.
 */
async function takeRejects(db: Database, table: string, absolutePath: string): Promise<readonly UnreadableRecord[]> {
  const rows = await db.columns(
    `SELECT line, any_value(csv_line) AS row, any_value(error_message) AS why FROM ${table} GROUP BY line ORDER BY line`,
  );
  await db.run(`DROP TABLE ${table}; DROP TABLE ${table}_scan`);
  return rows.strings('row').map((row, index) => {
    const line = rows.numbers('line')[index] ?? 0;
    const ends = row?.trim().match(/\n|\r(?!\n)/gu)?.length ?? 0;
    if (ends > 0 && (row?.length ?? 0) >= keptCharacters) throw openQuote(absolutePath, line);
    return { row: line, lines: 1 + ends, why: rows.strings('why')[index] ?? '' };
  });
}

function openQuote(absolutePath: string, line: number): UserError {
  return unusableFile(
    `${absolutePath}:${line}: a quote is opened and not closed, so the following lines become part of the value`,
    {
      hint: 'close it, or double it if it is part of the value',
    },
  );
}
