import { contributionSums, type ContributionSums, type FloorOptions } from './contribution-sums.ts';
import { leaveOneOutResiduals, residualSums, type ResidualSums } from './residual-sums.ts';
import { type Uncomputable, uncomputable } from '../result.ts';
import { type ColumnTotals, columnTotals, type RequestTotals, requestTotals, type Sample } from './sample.ts';

/** What the units of one sample add up to. */
export interface SideSums {
  readonly kind: 'sums';
  readonly totals: RequestTotals;
  readonly column: ColumnTotals;
  /** Where every request contributes 0 or 1; absent for other metrics. */
  readonly contributions?: ContributionSums | undefined;
  /** How far apart two values of a request may be, where the metric says so. */
  readonly range?: number | undefined;
}

/** What a bound on the mean of one sample needs to know of its units. */
export interface SampleSums extends SideSums {
  /** Of the mean, leave-one-out. */
  readonly residuals: ResidualSums;
}

/** What a bound on one proportion needs to know of its units. */
export interface ProportionSums extends SideSums {
  readonly contributions: ContributionSums;
  readonly residuals?: undefined;
}

/** Adds up one sample, without regard to its mean. */
export function sideSums({ requests, sum }: Sample, { zeroOne = false, range }: FloorOptions): SideSums | Uncomputable {
  const totals = requestTotals(requests);
  if (totals.kind === 'uncomputable') return totals;
  const column = columnTotals(requests, sum);
  if (column.kind === 'uncomputable') return column;
  return {
    kind: 'sums',
    totals,
    column,
    ...(zeroOne ? { contributions: contributionSums(requests, sum, sum, totals) } : {}),
    ...(range === undefined ? {} : { range }),
  };
}

/** Adds up one sample and the residuals of its mean. */
export function sampleSums(sample: Sample, options: FloorOptions): SampleSums | Uncomputable {
  const sums = sideSums(sample, options);
  if (sums.kind === 'uncomputable') return sums;
  const { totals, column } = sums;
  const residuals = leaveOneOutResiduals(sample.requests, sample.sum, column.sum / totals.requests, totals.requests);
  return { ...sums, residuals: residualSums(residuals, sample.requests) };
}

/**
 * Adds up one sample of events, or says that it is none.
 * @param sample requests and events per unit; events between 0 and the requests.
 */
export function proportionSums(sample: Sample): ProportionSums | Uncomputable {
  const sums = sideSums(sample, {});
  if (sums.kind === 'uncomputable') return sums;
  const impossible = sample.sum.some((events, unit) => events < 0 || events > (sample.requests[unit] ?? 0));
  if (impossible) return uncomputable('a user has more events than requests, or fewer than none');
  return { ...sums, contributions: contributionSums(sample.requests, sample.sum, sample.sum, sums.totals) };
}
