/**
 * Reads a recorded log with DuckDB into a table, with the types written, and groups it by locale and version: mean
 * latency and errors. What a careful person would run who trusts the log and needs no certainty.
 *
 *   node read-and-group.mjs judged LOG VERSION...    reads every field that canary judges
 *   node read-and-group.mjs grouped LOG VERSION...   reads no field but those of the result
 */
import { DuckDBInstance } from '@duckdb/node-api';

const [fields = '', log = '', ...versions] = process.argv.slice(2);
const columnsOf = new Map([
  [
    'judged',
    {
      request_id: 'VARCHAR',
      timestamp: 'TIMESTAMP',
      user_id: 'VARCHAR',
      label: 'VARCHAR',
      context: 'STRUCT(locale VARCHAR, device VARCHAR)',
      outcomes: outcomesType('STRUCT(latency_ms DOUBLE, error VARCHAR, prediction VARCHAR)'),
    },
  ],
  [
    'grouped',
    { context: 'STRUCT(locale VARCHAR)', outcomes: outcomesType('STRUCT(latency_ms DOUBLE, error VARCHAR)') },
  ],
]);
const columns = Object.entries(columnsOf.get(fields) ?? {}).map(([name, type]) => `${name}: '${type}'`);

const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();
await connection.run(`
  CREATE TABLE log AS SELECT * FROM read_json('${log.replaceAll("'", "''")}', format = 'newline_delimited',
    columns = {${columns.join(', ')}})`);
const answers = versions.map(
  (version) => `SELECT context.locale AS locale, '${version}' AS version, outcomes."${version}" AS outcome FROM log`,
);
const reader = await connection.runAndReadAll(`
  SELECT locale, version, count(*)::INTEGER AS requests, avg(outcome.latency_ms) AS mean_latency_ms,
    count(outcome.error)::INTEGER AS errors
  FROM (${answers.join(' UNION ALL ')}) GROUP BY locale, version ORDER BY locale, version`);
console.log(JSON.stringify(reader.getRowObjectsJson()));

/** @param {string} outcome type of one version's */
function outcomesType(outcome) {
  return `STRUCT(${versions.map((version) => `"${version}" ${outcome}`).join(', ')})`;
}
