import { type Metric, metricTraits } from '../../domain/metric.ts';
import type { Role } from '../../domain/role.ts';
import type { PostStratified } from '../../stats/estimates/post-stratification.ts';
import { type Uncomputable, uncomputable } from '../../stats/result.ts';
import type { Measured } from '../table/estimate.ts';
import type { MeanMetric, UnusableRequests } from '../table/mean-metric.ts';
import { meanMetricOf } from '../families/mean-metrics.ts';
import type { Slice } from '../table/slice.ts';
import type { Subject, TestedQuantity } from '../table/subject.ts';
import type { Linearized } from '../../stats/estimates/linearized.ts';
import type { Proportion } from '../../stats/estimates/proportion.ts';
import { countOf } from '../../domain/format-number.ts';

/** Measures the metrics that are means over requests, from sums by unit. */
export class MeanSampler {
  readonly #definitions: ReadonlyMap<string, MeanMetric>;
  readonly #units: UnitReader;

  /** @param unitsOf what reads the units of the metrics, by their names. */
  constructor(metrics: readonly Metric[], unitsOf: (definitions: ReadonlyMap<string, MeanMetric>) => UnitReader) {
    const definitions = metrics.flatMap((metric) => {
      const definition = meanMetricOf(metric);
      return definition === undefined ? [] : [[metric.id, definition] as const];
    });
    this.#definitions = new Map(definitions);
    this.#units = unitsOf(this.#definitions);
  }

  async measure(subject: Subject, quantity: TestedQuantity): Promise<Measured> {
    const { metric, comparison, slice } = subject;
    const named = this.#named(metric);
    const { neverPaired, absent } = named.definition;
    if (comparison === 'paired' && neverPaired !== undefined) return uncomputable(neverPaired);
    const slices = slicesOf(comparison, slice);
    const measured = (await this.#unusable(named, slices, quantity)) ?? (await this.#read(named, subject, quantity));
    // The statistics know that there was nothing to count; the metric knows what was missing.
    return measured.kind === 'uncomputable' && measured.reason.endsWith('there are no requests')
      ? uncomputable(absent)
      : measured;
  }

  /** What share of the candidate's sum its heaviest hundredth of units carries; undefined where that says nothing. */
  async topUnitsShare({ metric, slice }: Subject): Promise<number | undefined> {
    // Of a share of requests every unit carries about its requests, and of other metrics there is no sum.
    if (!this.#definitions.has(metric.id) || metricTraits(metric).zeroOne) return undefined;
    const share = await this.#units.topUnitsShare(this.#named(metric), slice);
    return typeof share === 'number' ? share : undefined;
  }

  /** The served difference as it would be with the same mix of segments on both sides; undefined for other metrics. */
  async postStratified(
    metric: Metric,
    dimensions: readonly string[],
  ): Promise<PostStratified | Uncomputable | undefined> {
    if (!this.#definitions.has(metric.id)) return undefined;
    return await this.#units.postStratified(this.#named(metric), dimensions);
  }

  async #read(metric: NamedMean, { comparison, slice }: Subject, quantity: TestedQuantity): Promise<Measured> {
    const slices = slicesOf(comparison, slice);
    if (quantity === 'own') return await this.#units.own(metric, slices.candidate);
    return comparison === 'served'
      ? await this.#units.served(metric, slices, quantity)
      : await this.#units.paired(metric, slice, quantity);
  }

  /** A metric without some of its requests would be about other requests than it says. */
  async #unusable(
    metric: NamedMean,
    slices: Readonly<Record<Role, Slice>>,
    quantity: TestedQuantity,
  ): Promise<Uncomputable | undefined> {
    const { unusable } = metric.definition;
    if (unusable === undefined) return undefined;
    const reasonOf = async (role: Role) =>
      unusableReason(unusable, role, await this.#units.usable(metric, slices[role], role));
    const reason = (await reasonOf('candidate')) ?? (quantity === 'own' ? undefined : await reasonOf('baseline'));
    return reason === undefined ? undefined : uncomputable(reason);
  }

  #named(metric: Metric): NamedMean {
    const definition = this.#definitions.get(metric.id);
    if (definition === undefined) throw new RangeError(`${metric.id} was not declared to the sampler`);
    return { id: metric.id, definition, zeroOne: metricTraits(metric).zeroOne };
  }
}

/** The requests that hold each version's side. */
function slicesOf(comparison: Subject['comparison'], slice: Slice): Readonly<Record<Role, Slice>> {
  return comparison === 'paired'
    ? { baseline: slice, candidate: slice }
    : { baseline: { ...slice, cohort: 'stable' }, candidate: { ...slice, cohort: 'canary' } };
}

/** A metric that is a mean, as the tables of sums know it. */
export interface NamedMean {
  readonly id: string;
  readonly definition: MeanMetric;
  /** Whether the metric promises that every request contributes 0 or 1; the data may show it of others. */
  readonly zeroOne: boolean;
}

/**
 * Estimates means from the sums by unit. Two readers give the same numbers: one brings the units into memory, the other
 * lets the database add them up, where they are too many.
 */
export interface UnitReader {
  /** The candidate's own value; a proportion where every request contributes 0 or 1. */
  own(metric: NamedMean, slice: Slice): Promise<Linearized | Proportion | Uncomputable>;
  /** Candidate against baseline on the same requests. */
  paired(metric: NamedMean, slice: Slice, quantity: ComparedQuantity): Promise<Linearized | Uncomputable>;
  /** Candidate on its slice against baseline on another. */
  served(
    metric: NamedMean,
    slices: Readonly<Record<Role, Slice>>,
    quantity: ComparedQuantity,
  ): Promise<Linearized | Uncomputable>;
  /** Candidate on the canary cohort against baseline on the stable one, with the same mix of segments. */
  postStratified(metric: NamedMean, dimensions: readonly string[]): Promise<PostStratified | Uncomputable>;
  /** Share of the candidate's sum that the heaviest hundredth of the slice's units carries. */
  topUnitsShare(metric: NamedMean, slice: Slice): Promise<number | Uncomputable>;
  /** Requests of one version that count on a slice, and that should and cannot. */
  usable(metric: NamedMean, slice: Slice, role: Role): Promise<UsableCounts>;
}

export type ComparedQuantity = 'difference' | 'relative';

/** How many requests of a version count, and how many should and cannot. */
export interface UsableCounts {
  readonly unusable: number;
  readonly counted: number;
}

/** Why a metric cannot be computed where some requests have nothing to count; undefined where there are none, or few enough. */
export function unusableReason(
  { problem, tolerated = 0 }: UnusableRequests,
  role: Role,
  { unusable, counted }: UsableCounts,
): string | undefined {
  if (unusable <= tolerated * (unusable + counted)) return undefined;
  return `${role}: ${problem} on ${countOf(unusable, 'request')}`;
}
