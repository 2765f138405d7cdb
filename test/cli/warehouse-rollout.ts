import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Evidence } from '../../src/domain/evidence.ts';
import { openDatabase } from '../../src/database/database.ts';
import { keptForTheRun, TestRollout } from '../fixtures/test-rollout.ts';
import { run, temporaryFolder } from './harness.ts';

const guardrails = [
  '{ metric: error_rate, max: 2%, maxIncrease: 1pp, segments: auto }',
  '{ metric: error_rate, maxIncrease: 20%, onBreach: hold }',
  '{ metric: accuracy, min: 70%, maxDecrease: 2pp, segments: [locale] }',
  '{ metric: agreement, min: 80% }',
  '{ metric: recall(a), maxDecrease: 3pp }',
  '{ metric: latency.mean, max: 100ms, maxIncrease: 10ms, cap: 60ms }',
  '{ metric: latency.mean, maxIncrease: 5%, onBreach: hold }',
];

const stages = '[{ name: shadow, weight: 0 }, { name: tenth, weight: 10% }, { name: full, weight: 1 }]';

/** What the two plans have in common, whose verdicts have to be the same. */
const common = { assignment: '{ scheme: md5, salt: "it\'s ü" }', stages, replay: '{ latency: recorded }' };

export const sumsRequests = `{ format: sums, source: sums.csv, table: requests, segments: { locale: locale }, columns: { label: label,
  baseline: { latency: baseline_ms, error: baseline_error, prediction: baseline_label }, candidate: { latency: candidate_ms, error: candidate_error, prediction: candidate_label } } }`;

/** The same requests as a table of a warehouse (`table.csv`) and as a log, each with a plan that judges it. */
export interface WarehouseRollout {
  readonly rows: TestRollout;
  readonly sums: TestRollout;
  /** CSV with a header: one row per request. */
  readonly table: string;
}

/** As many as a database answers about quickly that reads the table anew for each of them. */
export const fewGuardrails = guardrails.filter((each) => /error_rate, max|accuracy|5%/u.test(each));

/**
 * @param requests how many; most users have a few, and some very many.
 * @param times how much longer they take than some 60 ms.
 * @param untimed of how many requests in a hundred the candidate tells no time, beside those of which it tells none anyway.
 */
export async function warehouseRollout(
  requests: number,
  judged: string[] = guardrails,
  times = 1,
  untimed = 0,
): Promise<WarehouseRollout> {
  const folder = temporaryFolder(keptForTheRun);
  const [table, log] = [join(folder, 'table.csv'), join(folder, 'log.jsonl')];
  const db = await openDatabase({ tempFolder: folder });
  await db.run(`CREATE TABLE made AS ${madeRequests(requests, times, untimed)};
    COPY made TO '${table}' (HEADER);
    COPY (SELECT request_id, '2026-11-01T00:00:00Z' AS timestamp, user_id, {locale: locale} AS context, label,
      {'1.0.0': {latency_ms: baseline_ms, error: baseline_error, prediction: baseline_label},
       '1.1.0': {latency_ms: candidate_ms, error: candidate_error, prediction: candidate_label}} AS outcomes, 'x' AS input FROM made) TO '${log}' (FORMAT json)`);
  await db.close();
  const source = `{ source: ${log}, segments: { locale: context.locale } }`;
  return {
    rows: new TestRollout({ plan: { ...common, requests: source, guardrails: judged } }, keptForTheRun),
    sums: new TestRollout({ plan: { ...common, requests: sumsRequests, guardrails: judged } }, keptForTheRun),
    table,
  };
}

/** How logs and tables write that nothing failed, that nobody knows, and that something did. */
const fine = [
  'ok',
  'OK',
  '-',
  '[]',
  '{}',
  'Success',
  '200',
  '204',
  '206',
  '304',
  '200.0',
  '200 OK',
  '307 Temporary Redirect',
];
const unknown = ['N/A', 'none', 'NULL', 'nan', '<NA>', ' ', String.raw`\N`];
const failed = [
  '503',
  '504',
  '408 Request Timeout',
  '500.0',
  '429 Too Many',
  'DEADLINE_EXCEEDED',
  'read-timed-out',
  'out of memory',
  '2000',
];
const spellings = [...fine, ...unknown, ...failed];

function sideSql(role: string, side: number, times: number): string {
  return `
    CASE WHEN hash(i, ${side + 22}) % 40 = 0 THEN 0 WHEN hash(i, ${side + 20}) % 50 <> 0 THEN round(${times} * (20 + 40 * exp(0.5 * sin(u * 12.9 + ${side / 10}) + 0.4 * cos(i * 78.2 + ${side / 5}))), 3) END AS ${role}_ms,
    CASE WHEN hash(i, ${side + 30}) % 90 = 0 THEN 'Read timed out' WHEN hash(i, ${side + 31}) % 20 = 0
      THEN [${spellings.map((text) => `'${text}'`).join(', ')}][1 + (hash(i, ${side + 32}) % ${spellings.length})::INTEGER] END AS ${role}_error,
    CASE WHEN hash(i, ${side + 40}) % 300 = 0 THEN 'other' WHEN hash(i, ${side + 41}) % 5 = 0 THEN 'b' ELSE truth END AS ${role}_label`;
}

function madeRequests(requests: number, times: number, untimed: number): string {
  const kept = `CASE WHEN hash(i, 98) % 100 >= ${untimed} THEN candidate_ms END AS candidate_ms`;
  return `SELECT * EXCLUDE (i) REPLACE (${kept}) FROM (SELECT i, 'r' || i AS request_id, 'ü' || u AS user_id, CASE WHEN u % 3 = 0 THEN 'de-DE' WHEN i % 2 = 0 THEN 'en, "US"' END AS locale,
      CASE WHEN i % 700 = 1 THEN 'what no version answers' WHEN i % 20 <> 0 THEN truth END AS label, ${sideSql('baseline', 0, times)}, ${sideSql('candidate', 1, times)}
    FROM (SELECT i, floor(${requests / 8} * pow((hash(i, 77) % 1000003) / 1000003.0, 2))::BIGINT AS u, ['a', 'b', 'c'][1 + (hash(i, 1) % 3)::INTEGER] AS truth
      FROM range(${requests}) AS requests(i)))`;
}

/** The query for a stage, without its comment. */
export async function queryOf({ sums }: WarehouseRollout, dialect: string, stage = 'tenth'): Promise<string> {
  const { stdout, stderr, exitCode } = await run(['sql', 'plan.yaml', '--dialect', dialect, '--stage', stage], {
    cwd: sums.folder,
  });
  if (exitCode !== 0) throw new Error(stderr);
  return stdout.replace(/^--.*\n/u, '');
}

/** Runs a query where canary itself would not: in a database of the test's own. */
export async function askDuckdb(rollout: WarehouseRollout, query: string): Promise<void> {
  const db = await openDatabase({ tempFolder: temporaryFolder(keptForTheRun) });
  await db.run(`CREATE VIEW requests AS SELECT * FROM read_csv('${rollout.table}', header = true, types = {'label': 'VARCHAR'});
    COPY (${query}) TO '${join(rollout.sums.folder, 'sums.csv')}' (HEADER)`);
  await db.close();
}

/** Saves what a warehouse answered. */
export function answer({ sums }: WarehouseRollout, text: string, name = 'sums.csv'): void {
  writeFileSync(join(sums.folder, name), text);
}

/** What the check of the requests that metrics leave out says. */
export function selectionOf({ checks }: Evidence): unknown {
  return checks.find(({ name }) => name === 'selection');
}

/** The numbers and verdicts of every comparison and guardrail, by what they are about. */
export function judgedOf({ comparisons, guardrails: results }: Evidence): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  for (const { metric, comparison, cohort, segment, ...compared } of comparisons) {
    const {
      postStratified: _mix,
      topUnitsShare: _top,
      ...numbers
    } = { postStratified: 0, topUnitsShare: 0, ...compared };
    found.set(JSON.stringify([metric, comparison, cohort, segment]), numbers);
  }
  // What would bring more data is another thing for each.
  for (const { metric, segment, bound, onBreach, reason, ...result } of results) {
    const told = reason.replace(/; (?:record a longer log|run the query again).*$/u, '');
    found.set(JSON.stringify([metric, segment, bound, onBreach]), { ...result, reason: told });
  }
  return found;
}
