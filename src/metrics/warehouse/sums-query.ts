import { sumsColumns } from '../../domain/log/warehouse-table.ts';
import { roles } from '../../domain/role.ts';
import type { SumsPart } from '../means/unit-groups.ts';
import { ratioResidualSql } from '../means/whole-sql.ts';
import { answersSql } from './answers-sql.ts';
import type { Dialect } from './dialects.ts';
import type { SumsQuestion } from './sums-question.ts';
import { type SummedMetric, sumsParts } from './summed-metric.ts';
import { hasTimes, rolesOf, unitColumn, unitsSql } from './units-sql.ts';

/**
 * One query whose result holds, in whole numbers, what the judgement of a stage needs: users by cohort, segment and number of requests, with
 * the sums of what they have, of its squares and cubes and of the products of both versions, and of what they move the ratio of both by. Of metrics that are
 * made of 0 and 1, users who are alike are one row, and so are those who have so much that its powers would not fit.
 *
 * The table is grouped by user once; each user's row is then told once for each part of the result, and all parts are grouped together. A warehouse that
 * reads a common table anew wherever it is named reads the rows four times, or once where no time is asked.
 * @param hash of the question, which its result carries.
 */
export function sumsQuery(question: SumsQuestion, dialect: Dialect, hash: string): string {
  const { literal } = dialect;
  const rows = rowsOf(question);
  const timed = hasTimes(question.metrics);
  const dimension = question.segments.map(([name], index) => ` WHEN ${index + 1} THEN ${literal(name)}`).join('');
  const numbers = numbersOf(timed, dialect);
  const told = names.map((name) => `${dialect.wide(numbers[name] ?? '0')} AS ${name}`);
  return `WITH ${answersSql(question, dialect)},
${unitsSql(question, dialect)},
${timed ? `${totalsSql(question)},\n` : ''}parts AS (
  ${rows.map(({ part, metric, alike }, index) => `SELECT ${index} AS place, ${literal(part)} AS part, ${literal(metric)} AS metric, ${alike} AS by_kind`).join('\n  UNION ALL ')}
),
told AS (
${toldSql(rows, timed, dialect)}
),
${timed ? `${movesSql(dialect)},\n` : ''}sums AS (
  SELECT part, metric, told_cohort AS cohort, CASE by_dimension WHEN 0 THEN ''${dimension} END AS dimension, segment,
    ${told.join(',\n    ')}
  FROM (
    SELECT ${timed ? 'moves' : 'told'}.*, ${heavySql(timed)} AS heavy FROM ${timed ? 'moves' : 'told'}
  ) AS weighed
  GROUP BY part, metric, told_cohort, by_dimension, segment, told_n, heavy, CASE WHEN heavy = 1 THEN told_b END, CASE WHEN heavy = 1 THEN told_c END
)
SELECT ${literal(hash)} AS ${sumsColumns[0]}, count(*) OVER () AS ${sumsColumns[1]}, sums.*
FROM sums`;
}

const names = sumsColumns.slice(7);

/** Of whom more than this in ns is told user by user: squares and cubes of less fit in 38 digits, and so do the sums of many. */
const limit = 2 ** 38;

/** One part of the result: what each user's row in `units` is told as, as SQL over the columns of `units` and `totals`. */
interface ToldRow {
  readonly part: 'log' | 'size' | 'value' | 'pair' | 'baseline' | 'candidate' | 'ratio';
  readonly metric: string;
  /** Whether users with the same numbers are told together, instead of the powers of those. */
  readonly alike: 0 | 1;
  /** Condition that a row is told. */
  readonly told: string;
  readonly cohort: string;
  readonly n: string;
  readonly b: string;
  readonly c: string;
  readonly cut: string;
  /** The sums of both versions over all users whom a ratio is about. */
  readonly all?: readonly [b: string, c: string];
}

const isUser = 'unit IS NOT NULL';
const ownOf = (canary: string, stable: string) => `CASE cohort WHEN 'canary' THEN ${canary} ELSE ${stable} END`;
const none = { cohort: 'cohort', n: '0', b: '0', c: '0', cut: '0' };

/** What is told of a metric: nobody asks what the baseline leaves out by itself. */
function partsOf(metric: SummedMetric): readonly SumsPart[] {
  if (metric.kind === 'events') return metric.parts;
  return metric.kind === 'times' ? sumsParts : ['pair', 'candidate'];
}

function rowsOf({ metrics }: SumsQuestion): readonly ToldRow[] {
  const column = unitColumn;
  const ofMetrics = metrics.flatMap((metric, position): readonly ToldRow[] => {
    const { id, kind } = metric;
    const groups = partsOf(metric).map((part): ToldRow => {
      const own = rolesOf(part);
      return {
        part,
        metric: id,
        alike: kind === 'times' ? 0 : 1,
        told: `${isUser} AND ${column(part, 'n', position)} > 0`,
        cohort: 'cohort',
        n: column(part, 'n', position),
        b: own.includes('baseline') ? column(part, 'baseline', position) : '0',
        c: own.includes('candidate') ? column(part, 'candidate', position) : '0',
        cut: part !== 'pair' && kind === 'times' && metric.most !== undefined ? column(part, 'cut', position) : '0',
      };
    });
    if (!partsOf(metric).includes('baseline')) return groups;
    const [b, c] = roles.map((role) => column(role, kind === 'events' ? role : 'largest', position));
    const value = { ...none, part: 'value', metric: id, alike: 0, cohort: "''" } as const;
    const largest = { ...value, told: `${isUser} AND by_dimension = 0`, b: b ?? '', c: c ?? '' };
    if (kind !== 'times') return [largest, ...groups];
    const ratio = {
      ...none,
      part: 'ratio',
      metric: id,
      alike: 0,
      told: `${isUser} AND ${column('pair', 'n', position)} > 0`,
      n: column('pair', 'n', position),
      b: column('pair', 'baseline', position),
      c: column('pair', 'candidate', position),
    } as const;
    const sums = (cohort: string) => [`${cohort}_b_${position}`, `${cohort}_c_${position}`] as const;
    const [[canaryB, canaryC], [stableB, stableC]] = [sums('canary'), sums('stable')];
    return [
      largest,
      ...groups,
      { ...ratio, all: [ownOf(canaryB, stableB), ownOf(canaryC, stableC)] },
      { ...ratio, cohort: "'all'", all: [`${canaryB} + ${stableB}`, `${canaryC} + ${stableC}`] },
    ];
  });
  return [
    { ...none, part: 'log', metric: '', alike: 0, told: 'by_dimension = 0', cohort: "''" },
    { ...none, part: 'size', metric: '', alike: 0, told: isUser },
    ...ofMetrics,
  ];
}

/** What all users have of both versions' times in a segment, by cohort. */
function totalsSql({ metrics }: SumsQuestion): string {
  const sums = metrics.flatMap(({ kind }, position) =>
    kind !== 'times'
      ? []
      : ['canary', 'stable'].flatMap((cohort) =>
          roles.map(
            (role) =>
              `sum(CASE cohort WHEN '${cohort}' THEN ${unitColumn('pair', role, position)} ELSE 0 END) AS ${cohort}_${role === 'baseline' ? 'b' : 'c'}_${position}`,
          ),
        ),
  );
  return `totals AS (
  SELECT by_dimension AS in_dimension, segment AS in_segment, ${sums.join(',\n    ')}
  FROM units WHERE ${isUser} GROUP BY by_dimension, segment
)`;
}

/** Numbers that the parts `log` and `size` tell beside the usual ones. */
const besides = {
  requests: { log: 'n', size: 'n' },
  b1: { log: 'CASE WHEN unit IS NULL THEN n ELSE 0 END', size: 'baseline_there' },
  c1: { log: '0', size: 'candidate_there' },
  b2: { log: 'wrong_truths', size: 'baseline_failed' },
  c2: { log: 'truths', size: 'candidate_failed' },
  b3: { log: `CASE WHEN ${isUser} THEN baseline_unread ELSE 0 END`, size: '0' },
  c3: { log: `CASE WHEN ${isUser} THEN candidate_unread ELSE 0 END`, size: '0' },
  bc: { log: '0', size: 'both_there' },
  bbc: { log: '0', size: 'CASE WHEN both_there > 0 THEN 1 ELSE 0 END' },
} as const;

/** Each row of `units`, told once for each part. */
function toldSql(rows: readonly ToldRow[], timed: boolean, dialect: Dialect): string {
  const each = (of: (row: ToldRow) => string, otherwise?: string) => {
    const cases = rows.flatMap((row, index) => (of(row) === otherwise ? [] : [`WHEN ${index} THEN ${of(row)}`]));
    if (cases.length === 0 && otherwise !== undefined) return otherwise;
    return `CASE place ${cases.join(' ')}${otherwise === undefined ? '' : ` ELSE ${otherwise}`} END`;
  };
  const others = Object.entries(besides).map(
    ([name, { log, size }]) => `CASE place WHEN 0 THEN ${log} WHEN 1 THEN ${size} END AS more_${name}`,
  );
  const zero = timed ? dialect.wide('0') : '0';
  const numberOf = (of: (row: ToldRow) => string) =>
    each((row) => (of(row) === '0' ? zero : timed ? dialect.wide(of(row)) : of(row)), zero);
  const all = timed
    ? ([0, 1] as const).map(
        (side) => `${each((row) => row.all?.[side] ?? 'NULL', 'NULL')} AS all_${side === 0 ? 'b' : 'c'}`,
      )
    : [];
  const columns = [
    'part, metric, by_kind, by_dimension, segment',
    `${each(({ cohort }) => cohort, 'cohort')} AS told_cohort`,
    `${each(({ n }) => n, '0')} AS told_n`,
    `${numberOf(({ b }) => b)} AS told_b`,
    `${numberOf(({ c }) => c)} AS told_c`,
    `${each(({ cut }) => cut, '0')} AS told_cut`,
    ...all,
    ...others,
  ];
  const from = timed ? 'units LEFT JOIN totals ON by_dimension = in_dimension AND segment = in_segment' : 'units';
  return `  SELECT ${columns.join(',\n    ')}
  FROM ${from} CROSS JOIN parts
  WHERE ${each(({ told }) => `CASE WHEN ${told} THEN 1 ELSE 0 END`)} = 1`;
}

/** What each user moves the ratio of both versions' sums by; NULL where that is not asked, or where its powers would not fit. */
function movesSql(dialect: Dialect): string {
  const moved = ratioResidualSql({ b: 'told_b', c: 'told_c', allB: 'all_b', allC: 'all_c' }, String(limit), dialect);
  const all = 'SELECT told.*, ';
  return `moves AS (
  ${all}CASE WHEN abs(any_moved) <= ${4 * limit} THEN any_moved END AS moved
  FROM (${all}CASE WHEN part = 'ratio' THEN ${moved} END AS any_moved FROM told) AS told
)`;
}

function heavySql(timed: boolean): string {
  const light = timed ? " WHEN part = 'ratio' THEN CASE WHEN moved IS NULL THEN 1 ELSE 0 END" : '';
  return `CASE${light} WHEN part IN ('pair', 'baseline', 'candidate') AND (by_kind = 1 OR told_b > ${limit} OR told_c > ${limit}) THEN 1 ELSE 0 END`;
}

/** The versions whose sums a column's products are of. */
const powers = {
  b2: ['b', 'b'],
  b3: ['b', 'b', 'b'],
  c2: ['c', 'c'],
  c3: ['c', 'c', 'c'],
  bc: ['b', 'c'],
  bbc: ['b', 'b', 'c'],
  bcc: ['b', 'c', 'c'],
} as const;

/** The numbers of a row of the result, 0 where they are not told. */
function numbersOf(timed: boolean, { wide }: Dialect): Readonly<Partial<Record<string, string>>> {
  const isGroup = "part IN ('pair', 'baseline', 'candidate')";
  const isLight = `${isGroup} AND heavy = 0`;
  const powerOf = (name: keyof typeof powers) => {
    const cases: string[] = [];
    const factors = powers[name];
    if (timed) cases.push(`WHEN ${isLight} THEN ${factors.map((side) => `told_${side}`).join(' * ')}`);
    if (timed && (name === 'b2' || name === 'b3'))
      cases.push(`WHEN part = 'ratio' THEN ${factors.map(() => 'moved').join(' * ')}`);
    const other = name in besides ? `ELSE ${wide(`more_${name}`)} ` : '';
    if (cases.length === 0) return other === '' ? '0' : `coalesce(sum(more_${name}), 0)`;
    return `coalesce(sum(CASE ${cases.join(' ')} ${other}END), 0)`;
  };
  return {
    requests: 'max(told_n) + coalesce(sum(more_requests), 0)',
    units: "CASE WHEN part IN ('log', 'value') THEN 0 ELSE count(*) END",
    b1: `coalesce(sum(CASE WHEN ${isGroup} THEN told_b ELSE more_b1 END), 0)`,
    c1: `coalesce(sum(CASE WHEN ${isGroup} THEN told_c ELSE more_c1 END), 0)`,
    ...Object.fromEntries((['b2', 'b3', 'c2', 'c3', 'bc', 'bbc', 'bcc'] as const).map((name) => [name, powerOf(name)])),
    b_largest: 'max(told_b)',
    c_largest: 'max(told_c)',
    cut: 'sum(told_cut)',
    alike: 'max(heavy)',
  };
}
