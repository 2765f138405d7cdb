import type { ColumnInput } from '../../database/append-columns.ts';
import { quoteIdentifier, quoteLiteral, type Database } from '../../database/database.ts';

/** A table's columns in order: name to DuckDB type. One of them is `seq`, which gives the order of rows. */
export type TableColumns = Readonly<Record<string, string>>;

/** Writes Parquet files one after another, since a database does one thing at a time. */
export class ParquetWriter {
  readonly #db: Database;
  #last: Promise<void> = Promise.resolve();

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Writes rows in order of `seq`.
   *
   * @param values one array per column, in the columns' order; null and NaN are NULL
   */
  write(path: string, columns: TableColumns, values: readonly ColumnInput[]): Promise<void> {
    const written = this.#last.then(() => this.#write(path, columns, values));
    // The next file does not depend on this one; who asked for this one is told of its failure.
    this.#last = written.catch(() => undefined);
    return written;
  }

  async #write(path: string, columns: TableColumns, values: readonly ColumnInput[]): Promise<void> {
    const named = Object.entries(columns).map(([name, type], index) => ({ name, type, values: values[index] ?? [] }));
    // Handing values to the database is most of the work, and half of the columns are often empty.
    const filled = named.filter((column) => column.name === 'seq' || !isEmpty(column.values));
    const definitions = filled.map(({ name, type }) => `${name} ${type}`);
    const selected = named.map((column) =>
      filled.includes(column) ? column.name : `NULL::${column.type} AS ${column.name}`,
    );
    await this.#db.run(`CREATE OR REPLACE TABLE unwritten_rows (${definitions.join(', ')})`);
    const filledValues = filled.map((column) => column.values);
    await this.#db.append('unwritten_rows', filledValues);
    await this.#db.run(
      `COPY (SELECT ${selected.join(', ')} FROM unwritten_rows ORDER BY seq) TO ${quoteLiteral(path)} (FORMAT parquet)`,
    );
    await this.#db.run('DROP TABLE unwritten_rows');
  }
}

/**
 * Makes a table from Parquet files that were written with the same columns.
 *
 * @param table its name; replaced if it is there
 * @param files none of them gives an empty table
 */
export async function loadParquet(
  db: Database,
  table: string,
  columns: TableColumns,
  files: readonly string[],
): Promise<void> {
  const name = quoteIdentifier(table);
  const definitions = Object.entries(columns).map(([column, type]) => `${column} ${type}`);
  await db.run(`CREATE OR REPLACE TABLE ${name} (${definitions.join(', ')})`);
  if (files.length === 0) return;
  const list = files.map(quoteLiteral).join(', ');
  await db.run(`INSERT INTO ${name} BY NAME SELECT * FROM read_parquet([${list}]) ORDER BY seq`);
}

function isEmpty(values: ColumnInput): boolean {
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row];
    if (value !== null && value !== undefined && !Number.isNaN(value)) return false;
  }
  return true;
}
