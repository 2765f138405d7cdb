import { type Role, roles } from '../../domain/role.ts';
import { fineWords } from '../../requests/values/error.ts';
import { missingWords } from '../../requests/values/missing.ts';
import type { Dialect } from './dialects.ts';
import type { SumsQuestion } from './sums-question.ts';

/** How an error says that it is a timeout, once its dashes are spaces; beside statuses of HTTP. */
const timeouts = ['timeout', 'time out', 'timedout', 'timed out', 'timesout', 'times out', 'deadline'];
const timeoutStatuses = ['408', '504'];

const mostLatencyMs = 9e12;
const nanosecondsPerMs = 1e6;

/** How the time of a request is known: it was told, or only that the request ran into its timeout, or not at all. */
export const clockStates = { told: 2, timeout: 1, none: 0 } as const;

/** What a timeout without a time counts as, in ns. */
export function timeoutNs({ timeoutMs }: Pick<SumsQuestion, 'timeoutMs'>): number {
  return Math.round(timeoutMs * nanosecondsPerMs);
}

/**
 * The common tables `written` and `answers`: one row per row of the table, with its user and segments, and for each version whether
 * it has an outcome, whether that is a failure, its label, and its time in ns and how that is known, as canary reads them of a log.
 */
export function answersSql(question: SumsQuestion, dialect: Dialect): string {
  const { table, segments } = question;
  const { identifier } = dialect;
  const from = table.table.split('.').map(identifier).join('.');
  const told = (column: string | undefined) => (column === undefined ? 'NULL' : cleaned(identifier(column), dialect));
  const copied = segments.map((_, index) => `segment_${index}, `).join('');
  return `written AS (
  SELECT ${told(table.unit)} AS unit, ${dialect.text(told(table.label))} AS truth_text,
    ${segments.map(([, column], index) => `${told(column)} AS segment_${index},\n    `).join('')}${roles
      .map((role) => {
        const { latency, error, prediction } = table[role];
        const ms = latency === undefined ? dialect.double('NULL') : dialect.double(identifier(latency));
        return `${ms} AS ${role}_ms, ${dialect.text(told(error))} AS ${role}_error, ${dialect.text(told(prediction))} AS ${role}_answer`;
      })
      .join(',\n    ')}
  FROM ${from}
),
known AS (
  SELECT unit, ${copied}truth_text, ${truthSql(question, dialect)} AS truth,
    ${roles.map((role) => knownSql(role, question, dialect).join(', ')).join(',\n    ')}
  FROM written
),
answers AS (
  SELECT unit, ${copied}truth, CASE WHEN truth_text IS NULL THEN 0 ELSE 1 END AS truth_written,
    ${roles.map(answerSql).join(',\n    ')}
  FROM known
)`;
}

function answerSql(role: Role): string {
  const { told, timeout, none } = clockStates;
  return `${role}_there, ${role}_failed, ${role}_unread, ${role}_ns,
    CASE WHEN ${role}_failed = 1 THEN NULL ELSE ${role}_said END AS ${role}_label,
    CASE WHEN ${role}_ns IS NOT NULL THEN ${told} WHEN ${role}_is_timeout = 1 THEN ${timeout} ELSE ${none} END AS ${role}_clock`;
}

const digits = Array.from({ length: 10 }, (_, digit) => `'${digit}'`).join(', ');

/** Condition that a text is a status of HTTP, as it is of a log: three digits, and behind them noughts or a reason. Not all databases know patterns alike. */
function isStatusSql(text: string): string {
  const rest = `(length(${text}) = 3 OR substr(${text}, 4) IN ('.0', '.00') OR substr(${text}, 4, 1) = ' ')`;
  return `(substr(${text}, 1, 1) IN ('2', '3', '4', '5') AND substr(${text}, 2, 1) IN (${digits}) AND substr(${text}, 3, 1) IN (${digits}) AND ${rest})`;
}

/** A text without the spaces around it; NULL where it says that nothing is known. */
function cleaned(column: string, { text, literal }: Dialect): string {
  const trimmed = `trim(${text(column)})`;
  return `CASE WHEN lower(${trimmed}) IN (${missingWords.map(literal).join(', ')}) THEN NULL ELSE ${trimmed} END`;
}

function truthSql({ labels }: SumsQuestion, { literal, text }: Dialect): string {
  if (labels === undefined) return 'truth_text';
  return `CASE WHEN truth_text IN (${labels.truth.map(literal).join(', ')}) THEN truth_text ELSE ${text('NULL')} END`;
}

/** What is known of one version's outcome. */
function knownSql(role: Role, { table, labels }: SumsQuestion, { literal, text, whole }: Dialect): readonly string[] {
  const error = `${role}_error`;
  const status = isStatusSql(error);
  const isFine = `(lower(${error}) IN (${fineWords.map(literal).join(', ')}) OR (${status} AND substr(${error}, 1, 1) IN ('2', '3')))`;
  const failure = `(${error} IS NOT NULL AND NOT ${isFine})`;
  const isTold = table[role].prediction !== undefined;
  const there = `(${role}_ms IS NOT NULL OR ${role}_error IS NOT NULL OR ${role}_answer IS NOT NULL)`;
  const allowed = labels === undefined ? undefined : labels[role].map(literal).join(', ');
  const said =
    allowed === undefined
      ? `${role}_answer`
      : `CASE WHEN ${role}_answer IN (${allowed}) THEN ${role}_answer ELSE ${text('NULL')} END`;
  const unread =
    allowed === undefined ? `${role}_answer IS NULL` : `(${role}_answer IS NULL OR ${role}_answer NOT IN (${allowed}))`;
  const failed = isTold ? `(${failure} OR ${unread})` : failure;
  const words = `replace(replace(lower(${role}_error), '_', ' '), '-', ' ')`;
  const isTimeout = [
    ...timeouts.map((word) => `${words} LIKE ${literal(`%${word}%`)}`),
    `(${status} AND substr(${error}, 1, 3) IN (${timeoutStatuses.map(literal).join(', ')}))`,
  ].join(' OR ');
  const time = whole(`${role}_ms * ${nanosecondsPerMs}`);
  return [
    `CASE WHEN ${there} THEN 1 ELSE 0 END AS ${role}_there`,
    `CASE WHEN ${there} AND ${failed} THEN 1 ELSE 0 END AS ${role}_failed`,
    `CASE WHEN ${there} AND NOT ${failure} AND ${isTold ? unread : '1 = 0'} THEN 1 ELSE 0 END AS ${role}_unread`,
    `${said} AS ${role}_said`,
    // Only an answer can come at once; beside a failure a time of 0 says that there is none.
    `CASE WHEN ${role}_ms >= 0 AND ${role}_ms < ${mostLatencyMs} AND (${time} > 0 OR NOT ${failed}) THEN ${time} ELSE NULL END AS ${role}_ns`,
    `CASE WHEN ${isTimeout} THEN 1 ELSE 0 END AS ${role}_is_timeout`,
  ];
}
