import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { DuckDBInstance } from '@duckdb/node-api';

import { runWatched } from './measure/run-watched.mjs';

/**
 * Recorded requests in one file of Parquet, judged by `canary evaluate` and through the sums that DuckDB adds up: time, processor
 * time and memory of both, written to docs/scale.csv.
 *
 *   npm run bench -- large --requests 5000000,20000000,50000000 --of sums,log
 */
const canary = fileURLToPath(new URL('../bin/canary.js', import.meta.url));
const askDuckdb = fileURLToPath(new URL('../test/faults/programs/ask-duckdb.mjs', import.meta.url));
const page = fileURLToPath(new URL('../docs/scale.csv', import.meta.url));
const heading = 'requests,users,what,verdict,seconds,processorSeconds,peakMegabytes,resultRows,load,commit';
const verdicts = new Map([
  [0, 'increase'],
  [3, 'hold'],
  [4, 'rollback'],
]);
/** What DuckDB may hold beside what it spills. */
const MEMORY = '1GB';
const USERS = 500_000;

/**
 * @param {{ requests: readonly number[], of: readonly string[], write: (line: string) => void }} options
 */
export async function largeParquet({ requests, of, write }) {
  for (const count of requests) {
    const folder = await mkdtemp(path.join(tmpdir(), 'canary-large-'));
    try {
      await makeLog(folder, count);
      await writeRollout(folder);
      for (const what of of)
        for (const row of await (what === 'sums' ? throughSums(folder) : throughLog(folder))) {
          note(count, row);
          write(`${count} ${row.join(' ')}`);
        }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

const outcome = (/** @type {number} */ seed, /** @type {number} */ ms) =>
  `{prediction: 'answered', latency_ms: ${ms} + (hash(i, ${seed}) % 40000) / 1000.0, error: CASE WHEN hash(i, ${seed + 1}) % 200 = 0 THEN 'timeout' END}`;

/**
 * Half of the users come three times as often as the others; a timeout in 200 requests, and the candidate a millisecond slower.
 *
 * @param {string} folder
 * @param {number} requests
 */
async function makeLog(folder, requests) {
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '1GB', preserve_insertion_order: 'false' });
  const connection = await instance.connect();
  await connection.run(`COPY (
    SELECT 'r' || i AS request_id, 1790000000 + i // 1000 AS timestamp,
      'u' || (CASE WHEN hash(i, 7) % 4 = 0 THEN 0 ELSE ${USERS / 2} END + hash(i, 8) % ${USERS / 2}) AS user_id, ['de', 'en', 'fr'][1 + (hash(i, 9) % 3)::INTEGER] AS locale,
      {'1.0.0': ${outcome(1, 20)}, '1.1.0': ${outcome(3, 21)}} AS outcomes
    FROM range(${requests}) AS requests(i)
  ) TO '${path.join(folder, 'log.parquet')}' (FORMAT parquet, COMPRESSION zstd)`);
  connection.closeSync();
  instance.closeSync();
}

const planText = (/** @type {string} */ requests) => `apiVersion: canary/v1
kind: RolloutPlan
name: large-1.1.0
model: large
registry: registry
baseline: stable
candidate: 1.1.0
requests: ${requests}
assignment: { scheme: md5 }
stages: [{ name: shadow, weight: 0 }, { name: tenth, weight: 10% }, { name: full, weight: 1 }]
guardrails:
  - { metric: error_rate, maxIncrease: 0.2pp, segments: [locale] }
  - { metric: latency.mean, maxIncrease: 3ms, cap: 200ms }
replay: { latency: recorded }
`;

/** @param {string} folder */
async function writeRollout(folder) {
  const version = { status: 'registered', artifact: { runtime: 'recorded' }, signature: { output: { kind: 'text' } } };
  const head = { schemaVersion: 1, model: 'large', revision: 0, aliases: { stable: '1.0.0' }, traffic: { '1.0.0': 1 } };
  const versions = { '1.0.0': { ...version, status: 'stable' }, '1.1.0': version };
  await mkdir(path.join(folder, 'registry'));
  await writeFile(
    path.join(folder, 'registry', 'large.json'),
    JSON.stringify({ ...head, versions, rollouts: {}, history: [] }),
  );
  const columns = ['baseline', 'candidate'].map((role) => `${role}: { latency: ${role}_ms, error: ${role}_error }`);
  const sums = `{ format: sums, source: sums.csv, table: requests, segments: { locale: locale }, columns: { ${columns.join(', ')} } }`;
  await writeFile(path.join(folder, 'sums.yaml'), planText(sums));
  await writeFile(path.join(folder, 'log.yaml'), planText('{ source: log.parquet, segments: { locale: locale } }'));
}

const outcomesOf = (/** @type {string} */ role, /** @type {string} */ version) =>
  `outcomes['${version}'].latency_ms AS ${role}_ms, outcomes['${version}'].error AS ${role}_error`;

/** @param {string} folder */
async function throughSums(folder) {
  const stage = ['--stage', 'tenth'];
  const plan = path.join(folder, 'sums.yaml');
  const query = execFileSync(process.execPath, [canary, 'sql', plan, '--dialect', 'duckdb', ...stage]);
  await writeFile(path.join(folder, 'query.sql'), String(query).replace(/^--.*\n/u, ''));
  const view = `CREATE VIEW requests AS SELECT user_id, locale, ${outcomesOf('baseline', '1.0.0')}, ${outcomesOf('candidate', '1.1.0')} FROM '${path.join(folder, 'log.parquet')}'`;
  const result = path.join(folder, 'sums.csv');
  const asked = await runWatched(process.execPath, [askDuckdb, view, path.join(folder, 'query.sql'), result, MEMORY]);
  if (asked.exitCode !== 0) throw new Error(asked.stderr);
  const rows = readFileSync(result, 'utf8').trimEnd().split('\n').length - 1;
  return [rowOf('the query in DuckDB', asked, rows), rowOf('evaluate of the sums', await evaluate(plan), rows)];
}

/** @param {string} folder */
async function throughLog(folder) {
  return [rowOf('evaluate of the log', await evaluate(path.join(folder, 'log.yaml')), '')];
}

/** @param {string} plan */
async function evaluate(plan) {
  return await runWatched(process.execPath, [canary, 'evaluate', plan, '--stage', 'tenth', '--quiet']);
}

/**
 * @param {string} what
 * @param {import('./measure/run-watched.mjs').Watched} watched
 * @param {number | string} rows
 */
function rowOf(what, { exitCode, stderr, seconds, processorSeconds, peakBytes }, rows) {
  const verdict = what.startsWith('evaluate') ? verdicts.get(exitCode ?? 1) : '';
  if (verdict === undefined) throw new Error(stderr);
  const took = [seconds, processorSeconds, peakBytes / 1e6].map((number) => number.toFixed(number < 10 ? 1 : 0));
  return [USERS, what, verdict, ...took, rows];
}

/**
 * @param {number} requests
 * @param {readonly unknown[]} row
 */
function note(requests, row) {
  const commit = execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], { encoding: 'utf8' }).trim();
  const key = [requests, ...row.slice(0, 2)].join(',');
  const kept = existsSync(page) ? readFileSync(page, 'utf8').trim().split('\n').slice(1) : [];
  const line = [requests, ...row, (loadavg()[0] ?? 0).toFixed(0), commit].join(',');
  writeFileSync(page, `${[heading, ...kept.filter((each) => !each.startsWith(`${key},`)), line].join('\n')}\n`);
}
