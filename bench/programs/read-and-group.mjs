/**
 * Reads a recorded log with DuckDB as it comes, the wanted columns alone and with their types written, and groups it by
 * locale and version: mean latency and errors. What a careful person would run instead of canary's judging.
 *
 *   node read-and-group.mjs LOG VERSION...
 */
import { DuckDBInstance } from '@duckdb/node-api';

const [log = '', ...versions] = process.argv.slice(2);
const outcome = 'STRUCT(latency_ms DOUBLE, error VARCHAR)';
const outcomes = `STRUCT(${versions.map((version) => `"${version}" ${outcome}`).join(', ')})`;

const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();
const answers = versions.map((version) => `SELECT locale, '${version}' AS version, outcomes."${version}" AS outcome FROM log`);
const reader = await connection.runAndReadAll(`
  WITH log AS MATERIALIZED (
    SELECT context.locale AS locale, outcomes
    FROM read_json('${log.replaceAll("'", "''")}', format = 'newline_delimited',
      columns = {context: 'STRUCT(locale VARCHAR)', outcomes: '${outcomes}'}))
  SELECT locale, version, count(*)::INTEGER AS requests, avg(outcome.latency_ms) AS mean_latency_ms,
    count(outcome.error)::INTEGER AS errors
  FROM (${answers.join(' UNION ALL ')}) GROUP BY locale, version ORDER BY locale, version`);
console.log(JSON.stringify(reader.getRowObjectsJson()));
