import { expect, onTestFinished, test } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createJudgedTable, type OutcomeSource } from '../../src/metrics/table/judged-table.ts';
import { loadOutcomes } from '../../src/replay/store/outcome-tables.ts';
import { openDatabase } from '../../src/database/database.ts';

/**
 * Ten requests, of which the first four were timed. The replay failed over the requests 0 and 4 and was tried again over 1 and 5; the timed
 * calls failed over the requests 1 and 2, and one was tried again over 3.
 */
async function judged(errorsKnown: OutcomeSource['errorsKnown']) {
  const folder = mkdtempSync(join(tmpdir(), 'canary-timed-'));
  const db = await openDatabase({ tempFolder: folder });
  onTestFinished(async () => {
    await db.close();
    rmSync(folder, { recursive: true });
  });
  await db.run(`
    CREATE TABLE requests AS SELECT i::BIGINT AS seq, 'r' || i AS id, 'u' || i AS unit, TIMESTAMP '2026-11-01' AS at, 'a' AS label
      FROM range(10) t(i);
    CREATE TABLE units AS SELECT unit, seq AS unit_index, 0.5::DOUBLE AS bucket FROM requests;
    `);
  await loadOutcomes(db, 'candidate_outcomes', { parts: [], requests: { table: 'requests' } });
  await db.run(`
    INSERT INTO candidate_outcomes BY NAME SELECT seq, CASE WHEN seq IN (0, 4) THEN 'http-5xx' END AS error,
      CASE WHEN seq NOT IN (0, 4) THEN 'a' END AS label, CASE WHEN seq IN (1, 5) THEN 1 END AS retries FROM requests;
    CREATE TABLE baseline_outcomes AS FROM candidate_outcomes;
    CREATE TABLE measured_latency AS SELECT seq, 1000 AS candidate_ns, 1000 AS baseline_ns, 0 AS pair,
      CASE WHEN seq IN (1, 2) THEN 'timeout' END AS candidate_error, NULL::VARCHAR AS baseline_error,
      CASE WHEN seq = 3 THEN 1 END AS candidate_retries, NULL::INTEGER AS baseline_retries FROM requests WHERE seq < 4`);
  const source = { predictions: 'replayed', latency: 'measured', timeoutMs: 2000, errorsKnown } as const;
  await createJudgedTable(db, { baseline: source, candidate: source }, [], 1);
  return await db.rows(`SELECT candidate_error AS error, candidate_label AS label, candidate_retries AS retries,
    candidate_errors_known AS known FROM judged ORDER BY unit_index`);
}

test('each request counts by one call: the timed one where there is one, else the replay’s', async () => {
  const rows = await judged(true);
  const errors = rows.map(({ error }) => error);
  expect(errors).toEqual([null, 'timeout', 'timeout', null, 'http-5xx', null, null, null, null, null]);
  expect(rows.map(({ retries }) => Number(retries))).toEqual([0, 0, 0, 1, 0, 1, 0, 0, 0, 0]);
  expect(rows.every(({ known }) => known === true)).toBe(true);
});

test('a request without a prediction has none, whichever call failed', async () => {
  const labels = (await judged(true)).map(({ label }) => label);
  expect(labels).toEqual([null, null, null, 'a', null, 'a', 'a', 'a', 'a', 'a']);
});

test('at a rate only the timed requests tell of errors', async () => {
  const known = (await judged('timed')).map((row) => row['known']);
  expect(known).toEqual([true, true, true, true, false, false, false, false, false, false]);
});
