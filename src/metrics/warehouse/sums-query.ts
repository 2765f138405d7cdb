import { sumsColumns } from '../../domain/log/warehouse-table.ts';
import { type Role, roles } from '../../domain/role.ts';
import { answersSql } from './answers-sql.ts';
import type { Dialect } from './dialects.ts';
import type { SummedMetric } from './summed-metric.ts';
import type { SumsQuestion } from './sums-question.ts';

/**
 * One query whose result holds, in whole numbers, what the judgement of a stage needs: users by cohort, segment and number of requests, with
 * the sums of what they have, of its squares and cubes and of the products of both versions. Of metrics that are made of 0 and 1, users who are
 * alike are one row.
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

/** Users by their requests that count for both versions or for one, with their sums. */
function partSql(
  { id, events, isCut }: SummedMetric,
  position: number,
  part: 'pair' | Role,
  dimension: string,
  index: number,
  dialect: Dialect,
): string {
  const name = (what: string) => `${part}_${what}_${position}`;
  const wide = (what: string) => dialect.wide(name(what));
  const [b, c] = [part === 'candidate' ? '0' : wide('b'), part === 'baseline' ? '0' : wide('c')];
  const present = [...(part === 'candidate' ? [] : [name('b')]), ...(part === 'baseline' ? [] : [name('c')])];
  const cube = [b, c].filter((factor) => factor !== '0').map((factor) => `${factor} * ${factor} * ${factor} IS NULL`);
  const cut = isCut === undefined ? {} : { bc: name('cut') };
  const products = part === 'pair' ? { bc: `${b} * ${c}`, bbc: `${b} * ${b} * ${c}`, bcc: `${b} * ${c} * ${c}` } : cut;
  const powers = {
    ...(part === 'candidate' ? {} : { b1: b, b2: `${b} * ${b}`, b3: `${b} * ${b} * ${b}` }),
    ...(part === 'baseline' ? {} : { c1: c, c2: `${c} * ${c}`, c3: `${c} * ${c} * ${c}` }),
    ...products,
  };
  const numbers = {
    requests: name('n'),
    units: 'count(*)',
    ...Object.fromEntries(Object.entries(powers).map(([column, power]) => [column, `sum(${power})`])),
    ...(part === 'candidate' ? {} : { b_largest: `max(${name('b')})` }),
    ...(part === 'baseline' ? {} : { c_largest: `max(${name('c')})` }),
    // A database that answers an overflow with NULL would leave it out of the sum.
    lost: total(`CASE WHEN ${cube.join(' OR ')} THEN 1 ELSE 0 END`),
  };
  const alike = events ? present : [];
  return `${selectSql([part, id, 'cohort', dimension, 'segment'], numbers, dialect)}
FROM units_${index} WHERE segment IS NOT NULL AND ${name('n')} > 0 GROUP BY ${['cohort', 'segment', name('n'), ...alike].join(', ')}`;
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
