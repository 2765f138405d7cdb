/**
 * Reads SageMaker captures with DuckDB into a table, with the types written, and decodes nothing: every body stays the
 * text that it is in the file.
 *
 *   node read-capture.mjs FILE
 */
import { DuckDBInstance } from '@duckdb/node-api';

const [file = ''] = process.argv.slice(2);
const body = 'STRUCT(observedContentType VARCHAR, mode VARCHAR, data VARCHAR, encoding VARCHAR)';
const columns = {
  captureData: `STRUCT(endpointInput ${body}, endpointOutput ${body})`,
  eventMetadata: 'STRUCT(eventId VARCHAR, customAttributes VARCHAR[], inferenceTime TIMESTAMP, inferenceId VARCHAR)',
  eventVersion: 'VARCHAR',
};
const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();
await connection.run(`
  CREATE TABLE log AS SELECT * FROM read_json('${file.replaceAll("'", "''")}', format = 'newline_delimited',
    columns = {${Object.entries(columns)
      .map(([name, type]) => `${name}: '${type}'`)
      .join(', ')}})`);
const reader = await connection.runAndReadAll('SELECT count(*)::INTEGER AS events FROM log');
console.log(JSON.stringify(reader.getRowObjectsJson()));
