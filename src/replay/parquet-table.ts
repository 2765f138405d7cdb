import type { ColumnInput } from '../requests/append-columns.ts';
import { quoteIdentifier, quoteLiteral, type Database } from '../requests/database.ts';

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
   * @param columns the columns' names and types as SQL, `seq` among them
   * @param values one array per column
   */
  write(path: string, columns: string, values: readonly ColumnInput[]): Promise<void> {
    const written = this.#last.then(() => this.#write(path, columns, values));
    // The next file does not depend on this one; who asked for this one is told of its failure.
    this.#last = written.catch(() => undefined);
    return written;
  }

  async #write(path: string, columns: string, values: readonly ColumnInput[]): Promise<void> {
    await this.#db.run(`CREATE OR REPLACE TEMP TABLE unwritten_rows (${columns})`);
    await this.#db.append('unwritten_rows', values);
    await this.#db.run(`COPY (SELECT * FROM unwritten_rows ORDER BY seq) TO ${quoteLiteral(path)} (FORMAT parquet)`);
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
  columns: string,
  files: readonly string[],
): Promise<void> {
  const name = quoteIdentifier(table);
  await db.run(`CREATE OR REPLACE TABLE ${name} (${columns})`);
  if (files.length === 0) return;
  const list = files.map(quoteLiteral).join(', ');
  await db.run(`INSERT INTO ${name} BY NAME SELECT * FROM read_parquet([${list}]) ORDER BY seq`);
}
