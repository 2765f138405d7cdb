import { type Role, roles } from '../../domain/role.ts';
import { powerOfTwoScale } from '../table/exact-sum.ts';
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
const cuts = ['baselineCut', 'candidateCut'] as const;

/** The names of what is added up by unit. */
export type SumName =
  | (typeof usualSums)[number]
  | (typeof denominators)[number]
  | (typeof unusables)[number]
  | (typeof cuts)[number];

/** The sums that a metric needs. */
export function sumNamesOf(metric: MeanMetric): readonly SumName[] {
  return [
    ...usualSums,
    ...(metric.pairedDenominator === undefined ? [] : denominators),
    ...(metric.unusable === undefined ? [] : unusables),
    ...(metric.isCut === undefined ? [] : cuts),
  ];
}

/** What is known of a metric's values before they are added up. */
export interface ValueRange {
  /** Power of two that values are multiplied by before they are rounded; undefined for whole numbers. */
  readonly scale: number | undefined;
  /** Whether every value is 0 or 1, so that the methods for rare events apply. */
  readonly zeroOne: boolean;
  /** Size of the largest value of either version, in the metric's unit; 0 where it was not asked for. */
  readonly largest: number;
}

/** What an estimate has to know of a metric's values. */
export type ValuesSeen = Pick<ValueRange, 'zeroOne' | 'largest'>;

/** The range of a metric's values over all judged requests. */
export async function valueRange({ db, name }: JudgedTable, metric: MeanMetric): Promise<ValueRange> {
  if (metric.fractional === undefined && metric.rangeSeen === undefined) {
    return { scale: undefined, zeroOne: false, largest: 0 };
  }
  const columns = roles.flatMap((role) => {
    const [value, counts] = [metric.value(role), where(metric.domain(role))];
    return [
      `(max(abs(${value})) ${counts})::DOUBLE AS ${role}_largest`,
      `coalesce(bool_and(${value} IN (0, 1)) ${counts}, true)::INTEGER AS ${role}_zero_one`,
    ];
  });
  const rows = await db.columns(`SELECT ${columns.join(', ')} FROM ${name}`);
  const sizes = roles.map((role) => rows.numbers(`${role}_largest`)[0] ?? Number.NaN).filter((size) => size >= 0);
  const largest = Math.max(0, ...sizes);
  const isFractional = metric.fractional !== undefined;
  return {
    scale: isFractional ? powerOfTwoScale(largest) : undefined,
    zeroOne: isFractional && roles.every((role) => rows.numbers(`${role}_zero_one`)[0] === 1),
    largest: largest / metric.divisor,
  };
}

/** Whole numbers of more digits than these would be told unit by unit, which no memory holds. */
const largestDivisor = 1e6;

/** Whether a metric's values are whole numbers that are added up exactly, with their squares and cubes. */
export function isWhole(metric: MeanMetric): boolean {
  const isRatio = metric.pairedDenominator !== undefined;
  return metric.fractional === undefined && metric.root === undefined && !isRatio && metric.divisor <= largestDivisor;
}

/** The requests that a sum is over, and whose values it adds up; of a count there is no version. */
export function summedRequests(
  metric: MeanMetric,
  name: SumName,
): { readonly condition: string; readonly role?: Role } {
  const pairs = (role: Role) =>
    metric.pairedDenominator === undefined
      ? metric.pairedDomain
      : `(${metric.pairedDomain}) AND (${metric.pairedDenominator(role)})`;
  const unusable = (role: Role) => ({ condition: metric.unusable?.condition(role) ?? 'false' });
  const cut = (role: Role) => ({ condition: `(${metric.domain(role)}) AND ${metric.isCut?.(role) ?? 'false'}` });
  switch (name) {
    case 'pairedRequests':
      return { condition: metric.pairedDomain };
    case 'pairedBaseline':
      return { condition: pairs('baseline'), role: 'baseline' };
    case 'pairedCandidate':
      return { condition: pairs('candidate'), role: 'candidate' };
    case 'baselineRequests':
      return { condition: metric.domain('baseline') };
    case 'baselineSum':
      return { condition: metric.domain('baseline'), role: 'baseline' };
    case 'candidateRequests':
      return { condition: metric.domain('candidate') };
    case 'candidateSum':
      return { condition: metric.domain('candidate'), role: 'candidate' };
    case 'pairedBaselineRequests':
      return { condition: pairs('baseline') };
    case 'pairedCandidateRequests':
      return { condition: pairs('candidate') };
    case 'baselineUnusable':
      return unusable('baseline');
    case 'candidateUnusable':
      return unusable('candidate');
    case 'baselineCut':
      return cut('baseline');
    case 'candidateCut':
      return cut('candidate');
  }
}

function where(condition: string): string {
  return `FILTER (WHERE ${condition})`;
}
