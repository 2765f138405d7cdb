import type { ColumnInput } from '../../database/append-columns.ts';
import { quoteIdentifier, quoteLiteral, type Database } from '../../database/database.ts';

/** A table's columns: name to DuckDB type. The first one gives the order of rows. */
export type TableColumns = Readonly<Record<string, string>>;

/** Writes Parquet files one after another, since a database does one thing at a time. */
export class ParquetWriter {
  readonly #db: Database;
  #last: Promise<void> = Promise.resolve();

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Writes rows in the order of their first column.
   *
   * @param values one array per column, in the columns' order; null and NaN are NULL
   * @param others files of the same columns, whose rows are written too
   */
  write(
    path: string,
    columns: TableColumns,
    values: readonly ColumnInput[],
    others: readonly string[] = [],
  ): Promise<void> {
    const written = this.#last.then(() => this.#write(path, columns, values, others));
    // The next file does not depend on this one; who asked for this one is told of its failure.
    this.#last = written.catch(() => undefined);
    return written;
  }

  async #write(
    path: string,
    columns: TableColumns,
    values: readonly ColumnInput[],
    others: readonly string[],
  ): Promise<void> {
    const [first = ''] = Object.keys(columns);
    const named = Object.entries(columns).map(([name, type], index) => ({ name, type, values: values[index] ?? [] }));
    // Handing values to the database is most of the work, and half of the columns are often empty.
    const filled = named.filter((column) => column.name === first || !isEmpty(column.values));
    const definitions = filled.map(({ name, type }) => `${name} ${type}`);
    const selected = named.map((column) =>
      filled.includes(column) ? column.name : `NULL::${column.type} AS ${column.name}`,
    );
    await this.#db.run(`CREATE OR REPLACE TABLE unwritten_rows (${definitions.join(', ')})`);
    const filledValues = filled.map((column) => column.values);
    await this.#db.append('unwritten_rows', filledValues);
    const rest = others.length === 0 ? '' : `UNION ALL BY NAME SELECT * FROM ${parquetRows(others)}`;
    await this.#db.run(
      `COPY (SELECT ${selected.join(', ')} FROM unwritten_rows ${rest} ORDER BY ${first}) TO ${quoteLiteral(path)} (FORMAT parquet)`,
    );
    await this.#db.run('DROP TABLE unwritten_rows');
  }
}

/**
 * Makes a table from a Parquet file that was written with the same columns.
 *
 * @param table its name; replaced if it is there
 */
export async function loadParquet(db: Database, table: string, columns: TableColumns, file: string): Promise<void> {
  await createTable(db, table, columns);
  const [first = ''] = Object.keys(columns);
  await db.run(`INSERT INTO ${quoteIdentifier(table)} BY NAME SELECT * FROM ${parquetRows([file])} ORDER BY ${first}`);
}

/** Makes an empty table. @param table its name; replaced if it is there */
export async function createTable(db: Database, table: string, columns: TableColumns): Promise<void> {
  const definitions = Object.entries(columns).map(([column, type]) => `${column} ${type}`);
  await db.run(`CREATE OR REPLACE TABLE ${quoteIdentifier(table)} (${definitions.join(', ')})`);
}

/** The rows of Parquet files, as a table function. */
export function parquetRows(files: readonly string[]): string {
  return `read_parquet([${files.map(quoteLiteral).join(', ')}])`;
}

function isEmpty(values: ColumnInput): boolean {
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row];
    if (value !== null && value !== undefined && !Number.isNaN(value)) return false;
  }
  return true;
}
