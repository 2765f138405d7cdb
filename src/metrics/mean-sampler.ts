import { type Metric, metricTraits } from '../domain/metric.ts';
import type { Role } from '../domain/role.ts';
import { ownValue } from '../stats/own-value.ts';
import { pairedDifference } from '../stats/paired-difference.ts';
import { pairedRatioDifference } from '../stats/paired-ratio-difference.ts';
import { pairedRatioRelativeDifference } from '../stats/paired-ratio-relative-difference.ts';
import { pairedRelativeDifference } from '../stats/paired-relative-difference.ts';
import { type PostStratified, postStratifiedDifference } from '../stats/post-stratification.ts';
import { proportion } from '../stats/proportion.ts';
import type { RatioPair } from '../stats/ratio-side.ts';
import { type Uncomputable, uncomputable } from '../stats/result.ts';
import type { Linearized } from '../stats/linearized.ts';
import type { PairedSample, Sample } from '../stats/sample.ts';
import { servedDifference } from '../stats/served-difference.ts';
import { servedRelativeDifference } from '../stats/served-relative-difference.ts';
import { topUnitsShare } from '../stats/top-units-share.ts';
import type { Measured } from './estimate.ts';
import type { MeanMetric } from './mean-metric.ts';
import { meanMetricOf } from './mean-metrics.ts';
import type { Subject, TestedQuantity } from './subject.ts';
import type { UnitSums, UnitSumSource } from './unit-sums.ts';
import { unusableReason } from './unusable-reason.ts';

/** Measures the metrics that are means over requests, from sums by unit. */
export class MeanSampler {
  readonly #definitions: ReadonlyMap<string, MeanMetric>;
  readonly #sums: UnitSumSource;

  /** @param sumsOf where the sums of the metrics, by their names, come from. */
  constructor(metrics: readonly Metric[], sumsOf: (definitions: ReadonlyMap<string, MeanMetric>) => UnitSumSource) {
    const definitions = metrics.flatMap((metric) => {
      const definition = meanMetricOf(metric);
      return definition === undefined ? [] : [[metric.id, definition] as const];
    });
    this.#definitions = new Map(definitions);
    this.#sums = sumsOf(this.#definitions);
  }

  async measure(subject: Subject, quantity: TestedQuantity): Promise<Measured> {
    const { metric, comparison } = subject;
    const definition = this.#definitions.get(metric.id);
    if (definition === undefined) throw new RangeError(`${metric.id} was not declared to the sampler`);
    if (comparison === 'paired' && definition.neverPaired !== undefined) return uncomputable(definition.neverPaired);
    const { candidate, baseline } = await this.#sides(subject);
    const measured =
      unusable(definition, candidate, quantity === 'own' ? undefined : baseline) ??
      measuredFrom(candidate, baseline, comparison, quantity, metricTraits(metric).zeroOne || candidate.zeroOne);
    // The statistics know that there was nothing to count; the metric knows what was missing.
    return measured.kind === 'uncomputable' && measured.reason.endsWith('there are no requests')
      ? uncomputable(definition.absent)
      : measured;
  }

  /** What share of the candidate's sum its heaviest hundredth of units carries; undefined where that says nothing. */
  async topUnitsShare({ metric, slice }: Subject): Promise<number | undefined> {
    // Of a share of requests every unit carries about its requests, and of other metrics there is no sum.
    if (!this.#definitions.has(metric.id) || metricTraits(metric).zeroOne) return undefined;
    const share = topUnitsShare((await this.#sums.slice(metric.id, slice)).candidate.sum);
    return typeof share === 'number' ? share : undefined;
  }

  /** The served difference as it would be with the same mix of segments on both sides; undefined for other metrics. */
  async postStratified(
    metric: Metric,
    dimensions: readonly string[],
  ): Promise<PostStratified | Uncomputable | undefined> {
    if (!this.#definitions.has(metric.id)) return undefined;
    const { baseline, candidate, segments, zeroOne } = await this.#sums.segmented(metric.id, dimensions);
    return postStratifiedDifference(baseline, candidate, segments, {
      zeroOne: metricTraits(metric).zeroOne || zeroOne,
    });
  }

  /** The sums that hold the candidate's side, and those that hold the baseline's. */
  async #sides({ metric, comparison, slice }: Subject): Promise<Record<Role, UnitSums>> {
    if (comparison === 'paired') {
      const sums = await this.#sums.slice(metric.id, slice);
      return { baseline: sums, candidate: sums };
    }
    return {
      candidate: await this.#sums.slice(metric.id, { ...slice, cohort: 'canary' }),
      baseline: await this.#sums.slice(metric.id, { ...slice, cohort: 'stable' }),
    };
  }
}

/** A metric without some of its requests would be about other requests than it says. */
function unusable(
  definition: MeanMetric,
  candidate: UnitSums,
  baseline: UnitSums | undefined,
): Uncomputable | undefined {
  if (definition.unusable === undefined) return undefined;
  const reason =
    unusableReason(definition.unusable, 'candidate', candidate.unusable.candidate) ??
    unusableReason(definition.unusable, 'baseline', baseline?.unusable.baseline ?? 0);
  return reason === undefined ? undefined : uncomputable(reason);
}

function measuredFrom(
  { candidate, paired }: UnitSums,
  { baseline }: UnitSums,
  comparison: 'paired' | 'served',
  quantity: TestedQuantity,
  zeroOne: boolean,
): Measured {
  if (quantity === 'own') return own(candidate, zeroOne);
  if (comparison === 'served') return servedComparison[quantity](baseline, candidate, { zeroOne });
  if (paired.denominators === undefined) return pairedComparison[quantity](paired, { zeroOne });
  const sides = {
    baseline: { requests: paired.denominators.baseline, sum: paired.baseline },
    candidate: { requests: paired.denominators.candidate, sum: paired.candidate },
  };
  return pairedRatioComparison[quantity](sides, { zeroOne });
}

/** One proportion against a bound has a sharper test than the general mean. */
function own(sample: Sample, zeroOne: boolean): Measured {
  return zeroOne ? proportion(sample) : ownValue(sample);
}

type Comparison<Samples extends unknown[]> = (
  ...samples: [...Samples, { zeroOne?: boolean }]
) => Linearized | Uncomputable;

const pairedComparison: Record<'difference' | 'relative', Comparison<[PairedSample]>> = {
  difference: pairedDifference,
  relative: pairedRelativeDifference,
};

const servedComparison: Record<'difference' | 'relative', Comparison<[Sample, Sample]>> = {
  difference: servedDifference,
  relative: servedRelativeDifference,
};

const pairedRatioComparison: Record<'difference' | 'relative', Comparison<[RatioPair]>> = {
  difference: pairedRatioDifference,
  relative: pairedRatioRelativeDifference,
};
