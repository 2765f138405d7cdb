/**
 * Reads an inference table with DuckDB into a table, with the types written, and decodes nothing: every body stays the text
 * that it is in the file.
 *
 *   node read-table.mjs FILE
 */
import { DuckDBInstance } from '@duckdb/node-api';

const [file = ''] = process.argv.slice(2);
const columns = {
  databricks_request_id: 'VARCHAR',
  client_request_id: 'VARCHAR',
  request_time: 'TIMESTAMP',
  status_code: 'INTEGER',
  execution_duration_ms: 'DOUBLE',
  request: 'VARCHAR',
  response: 'VARCHAR',
  served_entity_id: 'VARCHAR',
};
const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();
await connection.run(`
  CREATE TABLE log AS SELECT * FROM read_json('${file.replaceAll("'", "''")}', format = 'newline_delimited',
    columns = {${Object.entries(columns)
      .map(([name, type]) => `${name}: '${type}'`)
      .join(', ')}})`);
const reader = await connection.runAndReadAll('SELECT count(*)::INTEGER AS lines FROM log');
console.log(JSON.stringify(reader.getRowObjectsJson()));
