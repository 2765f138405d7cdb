import { distance } from 'fastest-levenshtein';
import { areMisread, type HeldLabels, type LogReading, type OutcomeReading } from '../../domain/log/log-reading.ts';
import type { Database } from '../../database/database.ts';
import type { Role } from '../../domain/role.ts';
import { type ReadOptions, recordedRoles } from '../values/read-options.ts';
import { isLiveSplit } from './live-split.ts';
import type { ErrorNumbers } from '../values/error.ts';
import { isLabelSql, type LabelReading } from '../values/label.ts';
import { scoreProblems } from '../values/score.ts';
import { clockOf } from '../values/time.ts';

/** How many values that mean no label are told. */
const mostExamples = 5;

/**
 * Holds the table `requests` against what the models may say, once only accepted records are in it. An answer that means no label
 * becomes the failure `bad-label` of its version, unless most of them do: then the log is misread, and its answers stay as they are.
 */
export async function holdAgainstModels(
  db: Database,
  options: ReadOptions,
  errorNumbers: ErrorNumbers | undefined,
  { first, last }: Pick<LogReading, 'first' | 'last'>,
): Promise<LogReading> {
  const { values } = options;
  if (isLiveSplit(options) && options.format === 'canary') await failSilentAnswers(db, options);
  const truths = values?.truths === undefined ? undefined : await heldLabels(db, 'label', 'true', values.truths);
  const answers: Partial<Record<Role, HeldLabels>> = {};
  const outcomes: Partial<Record<Role, OutcomeReading>> = {};
  for (const [role] of recordedRoles(options)) {
    const reading = values?.answers[role];
    if (reading !== undefined) answers[role] = await holdAnswers(db, role, reading);
    outcomes[role] = await outcomesOf(db, role);
  }
  return {
    ...(truths === undefined ? {} : { truths }),
    answers,
    outcomes,
    ...(errorNumbers === undefined ? {} : { errorNumbers }),
    ...(await formsOf(db)),
    first,
    last,
  };
}

/**
 * In a log that mostly says what one of the versions answered, a request without an answer and without an error was not answered; where it
 * mostly says nothing of either, it does not tell answers at all. In the log of a serving system an answer of nothing is a sign that errors are told.
 */
export async function failSilentAnswers(db: Database, options: ReadOptions): Promise<void> {
  const roles = recordedRoles(options).map(([role]) => role);
  if (roles.length === 0) return;
  const [row = {}] = await db.rows(
    `SELECT ${roles
      .map(
        (role) => `count(*) FILTER (WHERE ${silent(role)}) AS ${role}_silent,
      count(*) FILTER (WHERE ${role}_present AND ${role}_label IS NOT NULL) AS ${role}_told`,
      )
      .join(', ')} FROM requests`,
  );
  if (!roles.some((role) => Number(row[`${role}_told`]) > Number(row[`${role}_silent`]))) return;
  for (const role of roles.filter((each) => Number(row[`${each}_silent`]) > 0)) {
    await db.run(`UPDATE requests SET ${role}_error = 'bad-outcome' WHERE ${silent(role)}`);
  }
}

function silent(role: Role): string {
  return `${role}_present AND ${role}_error IS NULL AND ${role}_label IS NULL`;
}

async function holdAnswers(db: Database, role: Role, reading: LabelReading): Promise<HeldLabels> {
  const answered = `${role}_present AND ${role}_error IS NULL`;
  const held = await heldLabels(db, `${role}_label`, answered, reading);
  if (held.unknown > 0 && !areMisread(held)) {
    await db.run(`UPDATE requests SET ${role}_error = 'bad-label'
      WHERE ${answered} AND ${role}_label IS NOT NULL AND NOT ${isLabelSql(`${role}_label`, reading)}`);
  }
  return held;
}

async function heldLabels(db: Database, column: string, condition: string, reading: LabelReading): Promise<HeldLabels> {
  const unknown = `NOT ${isLabelSql(column, reading)}`;
  const written = `${condition} AND ${column} IS NOT NULL`;
  const [counts = {}] = await db.rows(
    `SELECT count(*) AS requests, count(*) FILTER (WHERE ${unknown}) AS unknown FROM requests WHERE ${written}`,
  );
  const held = { requests: Number(counts['requests']), unknown: Number(counts['unknown']) };
  if (held.unknown === 0) return { ...held, examples: [] };
  const rows = await db.rows(`SELECT ${column} AS value, count(*) AS requests FROM requests
    WHERE ${written} AND ${unknown} GROUP BY value ORDER BY requests DESC, value LIMIT ${mostExamples}`);
  const examples = rows.map(({ value, requests }) => {
    const text = String(value);
    const nearest = nearestLabel(text, reading.labels);
    return { value: text, requests: Number(requests), ...(nearest === undefined ? {} : { nearest }) };
  });
  return { ...held, examples };
}

/** The label with the fewest other letters, capitals apart; undefined where more than half of them differ. */
function nearestLabel(text: string, labels: readonly string[]): string | undefined {
  const [best] = labels
    .map((label) => ({ label, letters: distance(label.toLowerCase(), text.toLowerCase()) }))
    .toSorted((left, right) => left.letters - right.letters);
  return best !== undefined && 2 * best.letters <= text.length ? best.label : undefined;
}

async function outcomesOf(db: Database, role: Role): Promise<OutcomeReading> {
  const badScore = (problem: number) => `${role}_error = 'bad-outcome' AND ${role}_unscored = ${problem}`;
  const [row = {}] = await db.rows(`SELECT count(*) AS requests, count(${role}_error) AS failed,
    count(*) FILTER (WHERE ${role}_status) AS statuses, count(*) FILTER (WHERE ${role}_error = 'bad-outcome') AS unreadable, ${mostOften(`${role}_error`)} AS mostly, ${mostOften(`${role}_unread`)} AS unread,
    count(*) FILTER (WHERE ${badScore(scoreProblems.outOfRange)}) AS out_of_range, count(*) FILTER (WHERE ${badScore(scoreProblems.missing)}) AS unscored
    FROM requests WHERE ${role}_present`);
  const { mostly, unread } = row;
  const [outOfRange, unscored] = [Number(row['out_of_range']), Number(row['unscored'])];
  return {
    requests: Number(row['requests']),
    failed: Number(row['failed']),
    unreadable: Number(row['unreadable']),
    statuses: Number(row['statuses']),
    ...(typeof unread === 'string' ? { unread } : {}),
    ...(outOfRange > 0 ? { outOfRange } : {}),
    ...(unscored > 0 ? { unscored } : {}),
    ...(typeof mostly === 'string' ? { mostly } : {}),
  };
}

/** What a column says most often, the first of those that are as frequent; only what it says is sorted. */
function mostOften(column: string): string {
  return `mode(${column} ORDER BY ${column}) FILTER (WHERE ${column} IS NOT NULL)`;
}

async function formsOf(db: Database): Promise<Pick<LogReading, 'respelled' | 'clocks'>> {
  const [row = {}] = await db.rows('SELECT count(*) FILTER (WHERE respelled) AS respelled FROM requests');
  const clocks = await db.columns('SELECT DISTINCT clock FROM requests WHERE clock > 0 ORDER BY clock');
  return {
    respelled: Number(row['respelled']),
    clocks: [...clocks.numbers('clock')].flatMap((code) => clockOf(code) ?? []),
  };
}
