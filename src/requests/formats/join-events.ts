import { type Database, quoteIdentifier } from '../../database/database.ts';
import { logFormatTraits } from '../../domain/log/log-format.ts';
import { isLiveSplit } from '../table/live-split.ts';
import type { Role } from '../../domain/role.ts';
import { type ReadOptions, recordedRoles, roleSql } from '../values/read-options.ts';
import { reasonCode } from '../table/reject-reason.ts';
import { timestampSql } from '../values/time.ts';
import { carriedTexts } from './stage-events.ts';

/** Which lines there are to join. */
export interface JoinNeeds {
  readonly responses: boolean;
  readonly truths: boolean;
  /** Whether both versions answered the same requests, each in a line of its own. */
  readonly pairs: boolean;
}

/** The error of a request without a response: nobody knows more of it. */
const noResponse = 'no-response';

const problemOf = (...cases: readonly (readonly [condition: string, code: string | number])[]): string =>
  `CASE WHEN e.problem <> 0 THEN e.problem ${cases.map(([condition, code]) => `WHEN ${condition} THEN ${code}`).join(' ')} ELSE 0 END`;

/**
 * Joins the lines about one request to the table `exchanges`: one row per event that is a request of its own (or cannot be
 * used), with what each version answered to it. It is a table because a join hands on a few rows at a time, and whatever decodes
 * an answer costs as much for a few rows as for two thousand.
 */
export async function joinEvents(
  db: Database,
  options: ReadOptions,
  needs: JoinNeeds,
  silenceIsFailure: boolean,
): Promise<void> {
  await db.run(`CREATE OR REPLACE VIEW answered AS ${needs.responses ? withResponses(silenceIsFailure) : everyEvent}`);
  await db.run(`CREATE OR REPLACE VIEW labelled AS ${needs.truths ? withTruths : 'SELECT * FROM answered'}`);
  await db.run(`CREATE OR REPLACE VIEW told AS SELECT *, ${roleSql(options)} AS role FROM labelled`);
  await db.run(`CREATE OR REPLACE TABLE exchanges AS ${needs.pairs ? pairedSql(options) : servedSql(options)}`);
}

const everyEvent = `SELECT * FROM events WHERE kind IS DISTINCT FROM 'truth'`;

/** Requests with their responses; a response whose request is not there is a row of its own that cannot be used. */
const withResponses = (silenceIsFailure: boolean): string => `
  SELECT e.* REPLACE (
    CASE WHEN NOT ${mismatchSql('r.answers', 'e.instances')} THEN r.answers END AS answers,
    CASE WHEN ${silenceIsFailure} AND r.pair_key IS NULL AND e.kind = 'request' THEN '${noResponse}'
      WHEN ${mismatchSql('r.answers', 'e.instances')} THEN 'bad-outcome' ELSE coalesce(r.error, e.error) END AS error,
    ${problemOf(
      ['r.problem <> 0', 'r.problem'],
      ['r.told > 1', reasonCode('conflicting-copies')],
      [`${timestampSql('r.timestamp')} < ${timestampSql('e.timestamp')}`, reasonCode('backwards-clock')],
    )} AS problem)
  FROM events e LEFT JOIN (
    SELECT pair_key, served_by, max(problem) AS problem, any_value(answers) AS answers, any_value(error) AS error, min(timestamp) AS timestamp,
      count(DISTINCT hash(answers)) AS told
    FROM events WHERE kind = 'response' GROUP BY pair_key, served_by) r
  ON r.pair_key = e.pair_key AND r.served_by IS NOT DISTINCT FROM e.served_by
  WHERE e.kind IS DISTINCT FROM 'response'
  UNION ALL BY NAME
  SELECT e.* REPLACE (${problemOf(['true', reasonCode('unknown-request')])} AS problem) FROM events e WHERE kind = 'response'
    AND NOT EXISTS (FROM events q WHERE q.kind = 'request' AND q.pair_key = e.pair_key AND q.served_by IS NOT DISTINCT FROM e.served_by)`;

/**
 * What a join is made on beside an id is inside the id's expression, where it is no condition of its own: with one the database compares
 * every line with every other.
 */
const onlyWhere = (condition: string, id: string): string => `CASE WHEN ${condition} THEN ${id} END`;

/** What was right, by the caller's own id where the request has one, else by the event's. */
const withTruths = `
  SELECT e.* REPLACE (
    coalesce(own.labels, other.labels, e.labels) AS labels,
    ${problemOf(['coalesce(own.told, other.told) > 1', reasonCode('conflicting-copies')])} AS problem)
  FROM answered e
  LEFT JOIN truths own ON own.pair_key = e.pair_key
  LEFT JOIN truths other ON other.pair_key = ${onlyWhere('own.pair_key IS NULL', 'e.id')}
  WHERE e.kind IS DISTINCT FROM 'truth'`;

/** The ground truths by the id that they name, as the view `truths`. */
export async function createTruths(db: Database): Promise<void> {
  await db.run(`CREATE OR REPLACE VIEW truths AS
    SELECT pair_key, any_value(labels) AS labels, count(DISTINCT hash(labels)) AS told
    FROM events WHERE kind = 'truth' AND problem = 0 GROUP BY pair_key`);
}

function shared(options: ReadOptions): string {
  return carriedTexts(options)
    .map(([column]) => `, e.${quoteIdentifier(column)}`)
    .join('');
}

/** Each line is what one version answered. */
function servedSql(options: ReadOptions, condition = 'true'): string {
  const mismatch = mismatchSql('e.answers', 'e.instances');
  const labels = mismatchSql('e.labels', 'coalesce(e.instances, len(e.answers))');
  const outcomes = recordedRoles(options).map(([role]) => outcomeSql(options, role, 'e', `e.role = '${role}'`));
  const problems: [string, number][] = [[`${mismatch} OR ${labels}`, reasonCode('batch-mismatch')]];
  // A live split is about what was served: a request of which nobody knows what became is on neither side.
  const unknown = `e.role IS NOT NULL AND NOT ${hasOutcome(options, 'e')}`;
  if (isLiveSplit(options)) problems.push([unknown, reasonCode('bad-outcome')]);
  return `SELECT e.file, e.id, e.timestamp, e.inputs, e.labels, coalesce(e.instances, len(e.answers), 1) AS instances,
      e.served_by, ${problemOf(...problems)} AS problem${shared(options)}
      ${outcomes.map((columns) => `, ${columns}`).join('')}
    FROM told e WHERE ${condition}`;
}

/** A line of the candidate whose request the baseline answered too becomes part of that one's. */
function pairedSql(options: ReadOptions): string {
  const mismatch = [
    mismatchSql('e.answers', 'e.instances'),
    mismatchSql('c.answers', 'coalesce(e.instances, len(e.answers))'),
    mismatchSql('coalesce(e.labels, c.labels)', 'coalesce(e.instances, len(e.answers))'),
  ].join(' OR ');
  const problem = problemOf(
    ['c.problem <> 0', 'c.problem'],
    ['c.told > 1 OR c.input_hash <> e.input_hash', reasonCode('conflicting-copies')],
    [mismatch, reasonCode('batch-mismatch')],
  );
  const outcomes = recordedRoles(options).map(([role]) =>
    role === 'baseline'
      ? outcomeSql(options, role, 'e', `e.role = 'baseline'`)
      : outcomeSql(options, role, 'c', 'c.pair_key IS NOT NULL'),
  );
  const ofBaseline = `FROM told b WHERE b.role = 'baseline' AND b.pair_key = e.pair_key`;
  return `SELECT e.file, e.id, e.timestamp, e.inputs, coalesce(e.labels, c.labels) AS labels,
      coalesce(e.instances, len(e.answers), 1) AS instances, e.served_by, ${problem} AS problem${shared(options)}
      ${outcomes.map((columns) => `, ${columns}`).join('')}
    FROM told e LEFT JOIN (
      SELECT pair_key, max(problem) AS problem, any_value(answers) AS answers, any_value(latency) AS latency,
        any_value(error) AS error, any_value(labels) AS labels, any_value(input_hash) AS input_hash,
        count(DISTINCT hash(answers, latency, error, labels, input_hash)) AS told
      FROM told WHERE role = 'candidate' GROUP BY pair_key) c
    ON c.pair_key = ${onlyWhere("e.role = 'baseline'", 'e.pair_key')}
    WHERE e.role IS DISTINCT FROM 'candidate'
    UNION ALL BY NAME ${servedSql(options, `e.role = 'candidate' AND NOT EXISTS (${ofBaseline})`)}`;
}

function outcomeSql(options: ReadOptions, role: Role, alias: string, own: string): string {
  const values = ['answers', 'latency', 'error'].map(
    (name) => `CASE WHEN ${own} THEN ${alias}.${name} END AS ${role}_${name}`,
  );
  return `${values.join(', ')}, coalesce(${own} AND ${hasOutcome(options, alias)}, false) AS ${role}_present`;
}

/**
 * Whether a version's outcome of a request is told: by its answer, its time or how it ended. In the live split of a log that tells errors a
 * served request has one, as in canary's own format: an answer of nothing.
 */
function hasOutcome(options: ReadOptions, alias: string): string {
  if (isLiveSplit(options) && logFormatTraits[options.format].errors === true) return 'true';
  return `(${['answers', 'error', 'latency'].map((name) => `${alias}.${name} IS NOT NULL`).join(' OR ')})`;
}

function mismatchSql(list: string, length: string): string {
  return `coalesce(len(${list}) <> ${length}, false)`;
}
