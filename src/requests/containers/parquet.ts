import { columnPath } from '../../domain/log/record-path.ts';
import { type Database, quoteIdentifier } from '../../database/database.ts';
import { pathLiteral } from './duckdb-source.ts';
import type { ContainedFile, Container } from './record-scan.ts';
import { type TableColumn, tableCouldHold, tableFieldsSql } from './table-fields.ts';

/** Columns with the types that the file itself states. Every row is a record. */
export const parquet: Container = {
  name: 'Parquet',
  endings: ['.parquet'],
  scan: async (db, file, fields) => {
    const select = tableFieldsSql(await columnsOf(db, file), fields);
    return { sql: `SELECT true AS readable, ${select} FROM ${source(file)}`, furtherUnreadable: async () => 0 };
  },
  couldHold: async (db, file, path) => tableCouldHold(await columnsOf(db, file), path),
  fieldNames: async (db, file) => (await columnsOf(db, file)).map(({ name }) => columnPath(name)),
};

function source(file: ContainedFile): string {
  return `read_parquet(${pathLiteral(file)}, hive_partitioning = false)`;
}

async function columnsOf(db: Database, file: ContainedFile): Promise<TableColumn[]> {
  const rows = await db.rows(`DESCRIBE SELECT * FROM ${source(file)}`);
  return rows.map((row) => {
    const name = String(row['column_name']);
    return { name, sql: quoteIdentifier(name), type: String(row['column_type']) };
  });
}
