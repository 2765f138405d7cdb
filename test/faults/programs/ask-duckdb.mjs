/**
 * Runs a query of `canary sql` in DuckDB, as its command line would.
 *
 *   ask-duckdb.mjs SETUP QUERY RESULT MEMORY
 *
 * SETUP is SQL that makes the table, QUERY a file of SQL, RESULT the CSV that the query gives, and MEMORY DuckDB's limit.
 */
import { readFileSync } from 'node:fs';

import { DuckDBInstance } from '@duckdb/node-api';

const [setup = '', query = '', result = '', memory = '4GB'] = process.argv.slice(2);
const instance = await DuckDBInstance.create(':memory:', {
  memory_limit: memory,
  threads: '2',
  preserve_insertion_order: 'false',
  temp_directory: `${result}.spilled`,
});
const connection = await instance.connect();
await connection.run(setup);
if (process.env['EXPLAIN']) {
  const rows = await connection.runAndReadAll(`EXPLAIN ANALYZE ${readFileSync(query, 'utf8')}`);
  console.log(rows.getRows().flat().join('\n'));
}
await connection.run(`COPY (${readFileSync(query, 'utf8')}) TO '${result}' (HEADER)`);
connection.closeSync();
instance.closeSync();
