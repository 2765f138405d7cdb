import { quoteLiteral } from '../../database/database.ts';

/** The first lines of a .zst file, which Node 20 cannot decompress and DuckDB can; empty for one that is damaged. */
export async function headOfZstd(absolutePath: string, lines: number): Promise<string> {
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
