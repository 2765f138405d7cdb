import { type Database, quoteIdentifier, quoteLiteral } from '../database.ts';
import { csvHeader } from './csv-header.ts';
import { compressionOf, pathLiteral, withCompression } from './duckdb-source.ts';
import type { RecordFormat } from './record-format.ts';
import { type TableColumn, tableFieldsSql } from './table-fields.ts';

/**
 * A header line, then one record per row (RFC 4180: quoted values may hold line ends). Every column is text and an
 * empty value is missing. A row with too few or too many values, or with bytes that are not UTF-8, costs only itself.
 */
export const csv: RecordFormat = {
  name: 'CSV',
  endings: withCompression(['.csv']),
  scan: async (db, absolutePath, fields) => {
    const { columns, delimiter } = await headerOf(db, absolutePath);
    const rejects = `csv_rejects_${(nextRejects += 1)}`;
    const sql = `SELECT true AS readable, ${tableFieldsSql(columns, fields)}
      FROM read_csv(${pathLiteral(absolutePath)}, compression = ${compressionOf(absolutePath)}, hive_partitioning = false,
        auto_detect = false, header = true, delim = ${quoteLiteral(delimiter)}, quote = '"', escape = '"',
        columns = {${columns.map(({ sql: name }) => `${name}: 'VARCHAR'`).join(', ')}}, max_line_size = ${longestLineBytes},
        store_rejects = true, rejects_table = '${rejects}', rejects_scan = '${rejects}_scan', rejects_limit = 0)`;
    return { sql, furtherUnreadable: () => takeRejects(db, rejects) };
  },
  fieldNames: async (db, absolutePath) => (await headerOf(db, absolutePath)).columns.map(({ name }) => name),
};

/** The longest row that is read. */
const longestLineBytes = 16 * 1024 * 1024;

/** Tells the tables of rejects apart, since one database reads many files. */
let nextRejects = 0;

async function headerOf(db: Database, absolutePath: string): Promise<{ columns: TableColumn[]; delimiter: string }> {
  const [row] = await db.rows(
    `SELECT line FROM read_csv(${pathLiteral(absolutePath)}, compression = ${compressionOf(absolutePath)}, hive_partitioning = false,
       auto_detect = false, header = false, delim = '\u0001', quote = '', escape = '', columns = {line: 'VARCHAR'},
       ignore_errors = true, strict_mode = false, max_line_size = ${longestLineBytes}, parallel = false) LIMIT 1`,
  );
  const { names, delimiter } = csvHeader(String(row?.['line'] ?? ''));
  // The names of the file stay out of the query, so that it does not matter what they are.
  const columns = names.map((name, index) => ({ name, sql: quoteIdentifier(`column${index}`), type: 'VARCHAR' }));
  return { columns, delimiter };
}

async function takeRejects(db: Database, table: string): Promise<number> {
  const [row] = await db.rows(`SELECT count(DISTINCT line)::DOUBLE AS lines FROM ${table}`);
  await db.run(`DROP TABLE ${table}; DROP TABLE ${table}_scan`);
  return Number(row?.['lines'] ?? 0);
}
