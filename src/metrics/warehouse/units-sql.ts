import { type Role, roles } from '../../domain/role.ts';
import type { SumsPart } from '../means/unit-groups.ts';
import { clockStates, timeoutNs } from './answers-sql.ts';
import type { Dialect } from './dialects.ts';
import { type SummedEvents, type SummedMetric, type SummedTimes, sumsParts } from './summed-metric.ts';
import type { SumsQuestion } from './sums-question.ts';

/** What is counted of all requests, whatever the metric: columns of `units`. */
const usualCounts: Readonly<Record<string, string>> = {
  truths: 'truth_written = 1',
  wrong_truths: 'truth_written = 1 AND truth IS NULL',
  both_there: 'baseline_there = 1 AND candidate_there = 1',
  ...Object.fromEntries(
    roles.flatMap((role) => [
      [`${role}_there`, `${role}_there = 1`],
      [`${role}_failed`, `${role}_failed = 1`],
      [`${role}_unread`, `${role}_unread = 1`],
    ]),
  ),
};

/** The roles of which a part has sums. */
export function rolesOf(part: SumsPart): readonly Role[] {
  return part === 'pair' ? roles : [part];
}

/** The column of `units` that has a part's number of a metric: its requests, the sum of a version, those above a cap, the largest of one request. */
export function unitColumn(part: SumsPart, what: 'n' | Role | 'cut' | 'largest', position: number): string {
  return `${part}_${what}_${position}`;
}

export function hasTimes(metrics: readonly SummedMetric[]): boolean {
  return metrics.some(({ kind }) => kind !== 'events');
}

/**
 * The common tables `finest`, `clocks` and `units`. The rows of the table are read once, for `finest`: one row per user, segments, and how the times of both
 * versions are known. A timeout without a time lasts as long as the timeout where most answers have a time, which nobody knows before all were read.
 * `units` has a row per user and segment of each dimension (0: the whole), and one of the whole for all requests without a user.
 */
export function unitsSql(question: SumsQuestion, dialect: Dialect): string {
  const { metrics, segments } = question;
  const timed = hasTimes(metrics);
  return [
    finestSql(question, timed, dialect),
    ...(timed ? [clocksSql()] : []),
    dimensionsSql(segments.length + 1),
    rolledUpSql(question, timed, dialect),
  ].join(',\n');
}

function finestSql({ metrics, segments }: SumsQuestion, timed: boolean, dialect: Dialect): string {
  const key = [
    'unit',
    ...segments.map((_, index) => `segment_${index}`),
    ...(timed ? roles.map((role) => `${role}_clock`) : []),
  ];
  const counts = Object.entries({ ...usualCounts, ...(timed ? clockedCounts : {}) }).map(
    ([name, condition]) => `${countIf(condition, dialect)} AS of_${name}`,
  );
  const sums = metrics.flatMap((metric, position) =>
    metric.kind === 'events'
      ? eventSums(metric, position, dialect)
      : metric.kind === 'times'
        ? timeSums(metric, position, dialect)
        : [],
  );
  return `finest AS (
  SELECT ${key.join(', ')}, ${dialect.integer('count(*)')} AS of_n, ${[...counts, ...sums].join(',\n    ')}
  FROM answers GROUP BY ${key.join(', ')}
)`;
}

/** Answers that have a time, of those that are no failures. */
const clockedCounts = Object.fromEntries(
  roles.map((role) => [`${role}_timed`, `${role}_clock = ${clockStates.told} AND ${role}_failed = 0`]),
);

function eventSums(metric: SummedEvents, position: number, dialect: Dialect): readonly string[] {
  return metric.parts.flatMap((part) => {
    const domain = counted(metric, part === 'pair' ? metric.paired : metric.domain(part), dialect);
    const events = rolesOf(part).map(
      (role) =>
        `${countIf(`${domain} AND ${metric.happened(role)}`, dialect)} AS of_${unitColumn(part, role, position)}`,
    );
    return [`${countIf(domain, dialect)} AS of_${unitColumn(part, 'n', position)}`, ...events];
  });
}

/** Of requests whose times are known alike, so that one version's sums are those of the pairs too. */
function timeSums({ most }: SummedTimes, position: number, dialect: Dialect): readonly string[] {
  return roles.flatMap((role) => {
    const time = `${role}_ns`;
    const value = most === undefined ? time : `CASE WHEN ${time} > ${most} THEN ${most} ELSE ${time} END`;
    return [
      `coalesce(sum(${dialect.wide(`coalesce(${value}, 0)`)}), 0) AS of_${unitColumn(role, role, position)}`,
      `coalesce(max(${value}), 0) AS of_${unitColumn(role, 'largest', position)}`,
      ...(most === undefined
        ? []
        : [`${countIf(`${time} > ${most}`, dialect)} AS of_${unitColumn(role, 'cut', position)}`]),
    ];
  });
}

const isClocked = (role: Role) =>
  `CASE WHEN 2 * sum(of_${role}_timed) >= sum(of_${role}_there - of_${role}_failed) THEN ${clockStates.timeout} ELSE ${clockStates.told} END AS ${role}_from`;

function clocksSql(): string {
  return `clocks AS (
  SELECT ${roles.map(isClocked).join(', ')} FROM finest
)`;
}

function dimensionsSql(count: number): string {
  const each = Array.from({ length: count }, (_, index) => `SELECT ${index} AS by_dimension`);
  return `dimensions AS (
  ${each.join(' UNION ALL ')}
)`;
}

function rolledUpSql(question: SumsQuestion, timed: boolean, dialect: Dialect): string {
  const { metrics, segments, salt, cutoff } = question;
  const usual = ['n', ...Object.keys(usualCounts)].map((name) => `${totalOf(`of_${name}`, dialect)} AS ${name}`);
  const sums = metrics.flatMap((metric, position) =>
    metric.kind === 'events'
      ? eventTotals(metric, position, dialect)
      : metric.kind === 'times'
        ? timeTotals(metric, position, timeoutNs(question), dialect)
        : untimedTotals(position, dialect),
  );
  const segment = segments.map((_, index) => ` WHEN ${index + 1} THEN segment_${index}`).join('');
  const bucket = dialect.md5(`${dialect.literal(`${salt}:`)} || unit`);
  return `units AS (
  SELECT unit, CASE WHEN unit IS NULL THEN '' WHEN ${bucket} < ${cutoff} THEN 'canary' ELSE 'stable' END AS cohort, by_dimension, segment,
    ${[...usual, ...sums].join(',\n    ')}
  FROM (
    SELECT finest.*, ${timed ? `${roles.map((role) => `${role}_from`).join(', ')}, ` : ''}by_dimension, CASE by_dimension WHEN 0 THEN ''${segment} END AS segment
    FROM finest CROSS JOIN dimensions${timed ? ' CROSS JOIN clocks' : ''}
  ) AS placed
  WHERE segment IS NOT NULL AND (unit IS NOT NULL OR by_dimension = 0) GROUP BY unit, by_dimension, segment
)`;
}

function eventTotals({ parts }: SummedEvents, position: number, dialect: Dialect): readonly string[] {
  return parts.flatMap((part) =>
    (['n', ...rolesOf(part)] as const)
      .map((what) => unitColumn(part, what, position))
      .map((name) => `${totalOf(`of_${name}`, dialect)} AS ${name}`),
  );
}

const isCounted = (role: Role) => `${role}_clock >= ${role}_from`;
const isTold = (role: Role) => `${role}_clock = ${clockStates.told}`;
const ofThose = (conditions: readonly string[], value: string) =>
  `CASE WHEN ${conditions.join(' AND ')} THEN ${value} ELSE 0 END`;
const named = (name: string, value: string) => `${value} AS ${name}`;

function timeTotals({ most }: SummedTimes, position: number, timeout: number, dialect: Dialect): readonly string[] {
  const waited = most === undefined ? timeout : Math.min(most, timeout);
  const cutWaits = most !== undefined && timeout > most ? 'of_n' : '0';
  const sumOf = (role: Role) =>
    `CASE WHEN ${isTold(role)} THEN of_${unitColumn(role, role, position)} ELSE ${dialect.wide('of_n')} * ${waited} END`;
  return sumsParts.flatMap((part) => {
    const own = rolesOf(part);
    const conditions = own.map(isCounted);
    const [role = 'baseline'] = own;
    const cut = `CASE WHEN ${isTold(role)} THEN of_${unitColumn(role, 'cut', position)} ELSE ${cutWaits} END`;
    const largest = `CASE WHEN ${isTold(role)} THEN of_${unitColumn(role, 'largest', position)} ELSE ${waited} END`;
    return [
      named(unitColumn(part, 'n', position), totalOf(ofThose(conditions, 'of_n'), dialect)),
      ...own.map((each) => named(unitColumn(part, each, position), `sum(${ofThose(conditions, sumOf(each))})`)),
      ...(part === 'pair'
        ? []
        : [named(unitColumn(part, 'largest', position), `max(${ofThose(conditions, largest)})`)]),
      ...(part === 'pair' || most === undefined
        ? []
        : [named(unitColumn(part, 'cut', position), totalOf(ofThose(conditions, cut), dialect))]),
    ];
  });
}

/** Whose time is known of either version, and of one alone. */
function untimedTotals(position: number, dialect: Dialect): readonly string[] {
  const [baseline, candidate] = [isCounted('baseline'), isCounted('candidate')];
  const without = { baseline: `${candidate} AND NOT ${baseline}`, candidate: `${baseline} AND NOT ${candidate}` };
  const total = (condition: string) => totalOf(ofThose([`(${condition})`], 'of_n'), dialect);
  const ofOne = `(${without.baseline}) OR (${without.candidate})`;
  return (['pair', 'candidate'] as const).flatMap((part) => [
    named(unitColumn(part, 'n', position), total(part === 'pair' ? `${baseline} OR ${candidate}` : ofOne)),
    ...rolesOf(part).map((role) => named(unitColumn(part, role, position), total(without[role]))),
  ]);
}

function counted({ trueLabel }: SummedEvents, domain: string, { literal }: Dialect): string {
  if (trueLabel === undefined) return domain;
  const isLabel = `truth = ${literal(trueLabel.label)}`;
  return `${domain} AND ${trueLabel.orNone ? `(truth_written = 0 OR ${isLabel})` : isLabel}`;
}

function countIf(condition: string, { integer }: Dialect): string {
  return integer(`count(CASE WHEN ${condition} THEN 1 END)`);
}

function totalOf(value: string, { integer }: Dialect): string {
  return integer(`sum(${value})`);
}
