import type { DuckDBConnection, DuckDBType } from '@duckdb/node-api';

type AppendedValue = string | number | bigint | boolean | null;

/** The values of one column, all of one kind; NaN stands for NULL. */
export type ColumnInput = ArrayLike<AppendedValue>;

/** Adds rows to a table, given as one array per column of the table, all of one length. */
export async function appendColumns(
  connection: DuckDBConnection,
  table: string,
  columns: readonly ColumnInput[],
): Promise<void> {
  const { DuckDBDataChunk } = await import('@duckdb/node-api');
  const rowCount = columns[0]?.length ?? 0;
  if (columns.some((column) => column.length !== rowCount)) throw new RangeError('columns of unequal length');
  const appender = await connection.createAppender(table);
  try {
    const types = columns.map((_, index) => appender.columnType(index));
    if (types.length !== appender.columnCount) throw new RangeError(`${table} has ${appender.columnCount} columns`);
    for (let start = 0; start < rowCount; start += chunkRows) {
      const end = Math.min(start + chunkRows, rowCount);
      const chunk = DuckDBDataChunk.create(types, end - start);
      for (const [index, column] of columns.entries())
        chunk.setColumnValues(index, valuesOf(column, types[index], start, end));
      appender.appendDataChunk(chunk);
    }
    appender.flushSync();
  } finally {
    appender.closeSync();
  }
}

/** The size of DuckDB's own vectors. */
const chunkRows = 2048;

function valuesOf(column: ColumnInput, type: DuckDBType | undefined, start: number, end: number): AppendedValue[] {
  const wide = type?.toString() === 'BIGINT';
  const values: AppendedValue[] = [];
  for (let row = start; row < end; row += 1) {
    const value = column[row] ?? null;
    if (typeof value !== 'number') values.push(value);
    else if (Number.isNaN(value)) values.push(null);
    else values.push(wide ? BigInt(value) : value);
  }
  return values;
}
