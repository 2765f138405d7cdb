import { sumsColumns } from '../../domain/log/warehouse-table.ts';
import { type Role, roles } from '../../domain/role.ts';
import type { SumsPart } from '../means/unit-groups.ts';
import { ratioResidualSql } from '../means/whole-sql.ts';
import { answersSql } from './answers-sql.ts';
import type { Dialect } from './dialects.ts';
import type { SummedMetric } from './summed-metric.ts';
import type { SumsQuestion } from './sums-question.ts';

/**
 * One query whose result holds, in whole numbers, what the judgement of a stage needs: users by cohort, segment and number of requests, with
 * the sums of what they have, of its squares and cubes and of the products of both versions, and of what they move the ratio of both by. Of metrics that are
 * made of 0 and 1, users who are alike are one row, and so are those who have so much that its powers would not fit.
 * @param hash of the question, which its result carries.
 */
export function sumsQuery(question: SumsQuestion, dialect: Dialect, hash: string): string {
  const dimensions = [
    ['', "''"] as const,
    ...question.segments.map(([name], index) => [name, `segment_${index}`] as const),
  ];
  const tables = dimensions.map(([, column], index) => unitsSql(question.metrics, column, index, dialect));
  const parts = dimensions.flatMap(([name], index) => [
    sizeSql(name, index, dialect),
    ...question.metrics.flatMap((metric, position) =>
      (['pair', ...roles] as const).map((part) => partSql(metric, position, part, name, index, dialect)),
    ),
    ...question.metrics.flatMap((metric, position) =>
      metric.events
        ? []
        : (['cohort', 'all'] as const).map((cohort) => ratioSql(metric, position, cohort, name, index, dialect)),
    ),
  ]);
  const values = question.metrics.map((metric) => valueSql(metric, dialect));
  const told = [logSql(dialect), ...values, ...parts].map((part) => indented(part)).join('\n  UNION ALL\n');
  return `WITH ${answersSql(question, dialect)},
${tables.join(',\n')},
sums AS (
${told}
)
SELECT ${dialect.literal(hash)} AS ${sumsColumns[0]}, count(*) OVER () AS ${sumsColumns[1]}, sums.*
FROM sums`;
}

const names = sumsColumns.slice(7);

/** One row of the result: its key, and its numbers by the names of their columns, 0 where they are not told. */
function selectSql(
  key: readonly [part: string, metric: string, cohort: string, dimension: string, segment: string],
  numbers: Readonly<Partial<Record<string, string>>>,
  { literal, wide }: Dialect,
): string {
  const [part, metric, cohort, dimension, segment] = key;
  const told = names.map((name) => `${wide(numbers[name] ?? '0')} AS ${name}`);
  return `SELECT ${literal(part)} AS part, ${literal(metric)} AS metric, ${cohort} AS cohort, ${literal(dimension)} AS dimension, ${segment} AS segment,
  ${told.join(', ')}`;
}

/** How many rows there are, how many of them without a user, and how many true labels are none. */
function logSql(dialect: Dialect): string {
  const numbers = {
    requests: 'count(*)',
    b1: total('CASE WHEN unit IS NULL THEN 1 ELSE 0 END'),
    b2: total('CASE WHEN truth IS NULL THEN truth_written ELSE 0 END'),
    c2: total('truth_written'),
    b3: total('CASE WHEN unit IS NULL THEN 0 ELSE baseline_unread END'),
    c3: total('CASE WHEN unit IS NULL THEN 0 ELSE candidate_unread END'),
  };
  return `${selectSql(['log', '', "''", '', "''"], numbers, dialect)}\nFROM answers`;
}

/** The largest value of each version: what one request may come to, where nobody knows better. */
function valueSql(metric: SummedMetric, dialect: Dialect): string {
  const [baseline, candidate] = roles.map(
    (role) =>
      `coalesce(max(CASE WHEN ${counts(metric, metric.domain(role), dialect)} THEN ${metric.value(role)} END), 0)`,
  );
  const numbers = { b_largest: baseline, c_largest: candidate };
  return `${selectSql(['value', metric.id, "''", '', "''"], numbers, dialect)}\nFROM answers WHERE unit IS NOT NULL`;
}

/** Users and their requests by cohort, and what came of these. */
function sizeSql(dimension: string, index: number, dialect: Dialect): string {
  const numbers = {
    units: 'count(*)',
    requests: total('n'),
    b1: total('all_baseline_there'),
    c1: total('all_candidate_there'),
    b2: total('all_baseline_failed'),
    c2: total('all_candidate_failed'),
    bc: total('both_there'),
    bbc: total('CASE WHEN both_there > 0 THEN 1 ELSE 0 END'),
  };
  return `${selectSql(['size', '', 'cohort', dimension, 'segment'], numbers, dialect)}
FROM units_${index} WHERE segment IS NOT NULL GROUP BY cohort, segment`;
}

/** Of whom more than this in ns is told user by user: squares and cubes of less fit in 38 digits, and so do the sums of many. */
const limit = 2 ** 38;

/** Users by their requests that count for both versions or for one, with their sums. */
function partSql(
  { id, events, isCut }: SummedMetric,
  position: number,
  part: SumsPart,
  dimension: string,
  index: number,
  dialect: Dialect,
): string {
  const name = (what: string) => `${part}_${what}_${position}`;
  const sides = [...(part === 'candidate' ? [] : ['b']), ...(part === 'baseline' ? [] : ['c'])];
  const heavy = sides.map((side) => `${name(side)} > ${limit}`).join(' OR ');
  const powerOf = (...factors: readonly string[]) => {
    if (!factors.every((factor) => sides.includes(factor))) return '0';
    const product = factors.map((factor) => dialect.wide(name(factor))).join(' * ');
    return `coalesce(sum(CASE WHEN ${heavy} THEN ${dialect.wide('0')} ELSE ${product} END), 0)`;
  };
  const powers = {
    b2: powerOf('b', 'b'),
    b3: powerOf('b', 'b', 'b'),
    c2: powerOf('c', 'c'),
    c3: powerOf('c', 'c', 'c'),
    bc: powerOf('b', 'c'),
    bbc: powerOf('b', 'b', 'c'),
    bcc: powerOf('b', 'c', 'c'),
  };
  const numbers = {
    requests: name('n'),
    units: 'count(*)',
    ...Object.fromEntries(
      sides.flatMap((side) => [
        [`${side}1`, `sum(${dialect.wide(name(side))})`],
        [`${side}_largest`, `max(${name(side)})`],
      ]),
    ),
    ...(isCut === undefined || part === 'pair' ? {} : { cut: total(name('cut')) }),
    ...(events ? {} : powers),
    alike: events ? '1' : `max(CASE WHEN ${heavy} THEN 1 ELSE 0 END)`,
  };
  const told = sides.map((side) => (events ? name(side) : `CASE WHEN ${heavy} THEN ${name(side)} END`));
  return `${selectSql([part, id, 'cohort', dimension, 'segment'], numbers, dialect)}
FROM units_${index} WHERE segment IS NOT NULL AND ${name('n')} > 0 GROUP BY ${['cohort', 'segment', name('n'), ...told].join(', ')}`;
}

/** What users move the ratio of both versions' sums by, on each cohort and on both: by their requests, and those by themselves who have much. */
function ratioSql(
  { id }: SummedMetric,
  position: number,
  cohort: 'cohort' | 'all',
  dimension: string,
  index: number,
  dialect: Dialect,
): string {
  const { wide } = dialect;
  const [n, b, c] = ['n', 'b', 'c'].map((what) => `pair_${what}_${position}`);
  const key = cohort === 'all' ? "'all'" : 'cohort';
  const by = cohort === 'all' ? 'segment' : 'cohort, segment';
  const moved = ratioResidualSql({ b: 'b', c: 'c', allB: 'all_b', allC: 'all_c' }, String(limit), dialect);
  const light = `(moved IS NOT NULL AND abs(moved) <= ${4 * limit})`;
  const power = (factors: string) => `coalesce(sum(CASE WHEN ${light} THEN ${factors} ELSE ${wide('0')} END), 0)`;
  const numbers = {
    requests: 'n',
    units: 'count(*)',
    b2: power('moved * moved'),
    b3: power('moved * moved * moved'),
    b_largest: 'max(b)',
    c_largest: 'max(c)',
    alike: `max(CASE WHEN ${light} THEN 0 ELSE 1 END)`,
  };
  const told = ['b', 'c'].map((side) => `CASE WHEN ${light} THEN NULL ELSE ${side} END`);
  return `${selectSql(['ratio', id, 'cohort', dimension, 'segment'], numbers, dialect)}
FROM (
  SELECT cohort, segment, n, b, c, ${wide(moved)} AS moved
  FROM (
    SELECT ${key} AS cohort, segment, ${n} AS n, ${wide(b ?? '')} AS b, ${wide(c ?? '')} AS c,
      sum(${wide(b ?? '')}) OVER (PARTITION BY ${by}) AS all_b, sum(${wide(c ?? '')}) OVER (PARTITION BY ${by}) AS all_c
    FROM units_${index} WHERE segment IS NOT NULL AND ${n} > 0
  ) AS totals
) AS moves GROUP BY cohort, segment, n, ${told.join(', ')}`;
}

/** The sums of every user, one row per user and segment. */
function unitsSql(metrics: readonly SummedMetric[], segment: string, index: number, dialect: Dialect): string {
  const sums = metrics.flatMap((metric, position) =>
    (['pair', ...roles] as const).flatMap((part) => {
      const domain = counts(metric, part === 'pair' ? metric.paired : metric.domain(part), dialect);
      const sumOf = (role: Role) => total(`CASE WHEN ${domain} THEN ${metric.value(role)} ELSE 0 END`);
      return [
        `${total(`CASE WHEN ${domain} THEN 1 ELSE 0 END`)} AS ${part}_n_${position}`,
        ...(part === 'candidate' ? [] : [`${sumOf('baseline')} AS ${part}_b_${position}`]),
        ...(part === 'baseline' ? [] : [`${sumOf('candidate')} AS ${part}_c_${position}`]),
        ...(part === 'pair' || metric.isCut === undefined
          ? []
          : [`${total(`CASE WHEN ${domain} AND ${metric.isCut(part)} THEN 1 ELSE 0 END`)} AS ${part}_cut_${position}`]),
      ];
    }),
  );
  const outcomes = roles.flatMap((role) => [
    `${total(`${role}_there`)} AS all_${role}_there`,
    `${total(`${role}_failed`)} AS all_${role}_failed`,
  ]);
  const group = segment === "''" ? 'unit, cohort' : `unit, cohort, ${segment}`;
  return `units_${index} AS (
  SELECT unit, cohort, ${segment} AS segment, count(*) AS n, ${outcomes.join(', ')},
    ${total('baseline_there * candidate_there')} AS both_there,
    ${sums.join(',\n    ')}
  FROM answers AS asked WHERE unit IS NOT NULL GROUP BY ${group}
)`;
}

function counts({ trueLabel }: SummedMetric, domain: string, { literal }: Dialect): string {
  return trueLabel === undefined ? domain : `${domain} AND truth = ${literal(trueLabel)}`;
}

function total(value: string): string {
  return `sum(${value})`;
}

function indented(text: string): string {
  return text.replaceAll(/^/gmu, '  ');
}
