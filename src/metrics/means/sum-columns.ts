import { roles } from '../../domain/role.ts';
import { exactSumSql, powerOfTwoScale } from '../table/exact-sum.ts';
import type { JudgedTable } from '../table/judged-table.ts';
import type { MeanMetric } from '../table/mean-metric.ts';

const usualSums = [
  'pairedRequests',
  'pairedBaseline',
  'pairedCandidate',
  'baselineRequests',
  'baselineSum',
  'candidateRequests',
  'candidateSum',
] as const;
const denominators = ['pairedBaselineRequests', 'pairedCandidateRequests'] as const;
const unusables = ['baselineUnusable', 'candidateUnusable'] as const;

/** The names of what is added up by unit. */
export type SumName = (typeof usualSums)[number] | (typeof denominators)[number] | (typeof unusables)[number];

/** The sums that a metric needs. */
export function sumNamesOf(metric: MeanMetric): readonly SumName[] {
  return [
    ...usualSums,
    ...(metric.pairedDenominator === undefined ? [] : denominators),
    ...(metric.unusable === undefined ? [] : unusables),
  ];
}

/** What is known of a metric's values before they are added up. */
export interface ValueRange {
  /** Power of two that values are multiplied by before they are rounded; undefined for whole numbers. */
  readonly scale: number | undefined;
  /** Whether every value is 0 or 1, so that the methods for rare events apply. */
  readonly zeroOne: boolean;
}

/** The range of a metric's values over all judged requests. */
export async function valueRange({ db, name }: JudgedTable, metric: MeanMetric): Promise<ValueRange> {
  if (metric.fractional === undefined) return { scale: undefined, zeroOne: false };
  const columns = roles.flatMap((role) => {
    const [value, counts] = [metric.value(role), where(metric.domain(role))];
    return [
      `max(abs(${value})) ${counts} AS ${role}_largest`,
      `coalesce(bool_and(${value} IN (0, 1)) ${counts}, true)::INTEGER AS ${role}_zero_one`,
    ];
  });
  const rows = await db.columns(`SELECT ${columns.join(', ')} FROM ${name}`);
  const largest = roles.map((role) => rows.numbers(`${role}_largest`)[0] ?? Number.NaN).filter((size) => size >= 0);
  return {
    scale: powerOfTwoScale(Math.max(0, ...largest)),
    zeroOne: roles.every((role) => rows.numbers(`${role}_zero_one`)[0] === 1),
  };
}

/** SQL of a metric's sums, each by its name and the metric's position. */
export function sumColumns(metric: MeanMetric, { scale }: ValueRange, position: number): string[] {
  const sum = (value: string, condition: string) =>
    scale === undefined
      ? `(coalesce(sum(CASE WHEN ${condition} THEN ${value} END), 0)::DOUBLE / ${metric.divisor})`
      : exactSumSql(value, scale, condition);
  const [baselinePairs, candidatePairs] = roles.map((role) =>
    metric.pairedDenominator === undefined
      ? metric.pairedDomain
      : `(${metric.pairedDomain}) AND (${metric.pairedDenominator(role)})`,
  );
  const unusable = (role: (typeof roles)[number]) => metric.unusable?.condition(role) ?? 'false';
  const expressions: Record<SumName, string> = {
    pairedRequests: count(metric.pairedDomain),
    pairedBaseline: sum(metric.value('baseline'), baselinePairs ?? ''),
    pairedCandidate: sum(metric.value('candidate'), candidatePairs ?? ''),
    baselineRequests: count(metric.domain('baseline')),
    baselineSum: sum(metric.value('baseline'), metric.domain('baseline')),
    candidateRequests: count(metric.domain('candidate')),
    candidateSum: sum(metric.value('candidate'), metric.domain('candidate')),
    pairedBaselineRequests: count(baselinePairs ?? ''),
    pairedCandidateRequests: count(candidatePairs ?? ''),
    baselineUnusable: count(unusable('baseline')),
    candidateUnusable: count(unusable('candidate')),
  };
  return sumNamesOf(metric).map((name) => `${expressions[name]} AS ${name}${position}`);
}

/** Not a filter: DuckDB evaluates a case a quarter faster. */
function count(condition: string): string {
  return `count(CASE WHEN ${condition} THEN 1 END)::DOUBLE`;
}

function where(condition: string): string {
  return `FILTER (WHERE ${condition})`;
}
