import { type Database, quoteIdentifier } from '../database.ts';
import { pathLiteral } from './duckdb-source.ts';
import type { RecordFormat } from './record-scan.ts';
import { type TableColumn, tableCouldHold, tableFieldsSql } from './table-fields.ts';

/** Columns with the types that the file itself states. Every row is a record. */
export const parquet: RecordFormat = {
  name: 'Parquet',
  endings: ['.parquet'],
  scan: async (db, absolutePath, fields) => {
    const select = tableFieldsSql(await columnsOf(db, absolutePath), fields);
    return { sql: `SELECT true AS readable, ${select} FROM ${source(absolutePath)}`, furtherUnreadable: async () => 0 };
  },
  couldHold: async (db, absolutePath, path) => tableCouldHold(await columnsOf(db, absolutePath), path),
  fieldNames: async (db, absolutePath) => (await columnsOf(db, absolutePath)).map(({ name }) => name),
};

function source(absolutePath: string): string {
  return `read_parquet(${pathLiteral(absolutePath)}, hive_partitioning = false)`;
}

async function columnsOf(db: Database, absolutePath: string): Promise<TableColumn[]> {
  const rows = await db.rows(`DESCRIBE SELECT * FROM ${source(absolutePath)}`);
  return rows.map((row) => {
    const name = String(row['column_name']);
    return { name, sql: quoteIdentifier(name), type: String(row['column_type']) };
  });
}
