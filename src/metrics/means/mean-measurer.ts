import type { MeanTails } from '../table/mean-tails.ts';
import { type Metric, metricTraits } from '../../domain/metric.ts';
import { type Role, roles } from '../../domain/role.ts';
import type { Linearized } from '../../stats/estimates/linearized.ts';
import { ownValue } from '../../stats/estimates/own-value.ts';
import { pairedDifference, pairedRelativeDifference } from '../../stats/estimates/paired-difference.ts';
import { pairedRatioDifference, pairedRatioRelativeDifference } from '../../stats/estimates/paired-ratio-difference.ts';
import { type PostStratified, postStratifiedDifference } from '../../stats/estimates/post-stratification.ts';
import { type Proportion, proportion } from '../../stats/estimates/proportion.ts';
import { pairedRootDifference, rootMean, servedRootDifference } from '../../stats/estimates/root-mean.ts';
import { servedDifference, servedRelativeDifference } from '../../stats/estimates/served-difference.ts';
import { topUnitsShare } from '../../stats/estimates/top-units-share.ts';
import { type Uncomputable, uncomputable } from '../../stats/result.ts';
import type { AdjustedSums } from '../../stats/sums/earlier-adjustment.ts';
import type { HeaviestSums } from '../../stats/sums/heaviest-sums.ts';
import type { ComparedQuantity, PairedSums } from '../../stats/sums/paired-sums.ts';
import type { RatioSums, WeightedQuantity } from '../../stats/sums/ratio-sums.ts';
import type { ProportionSums, SampleSums } from '../../stats/sums/sample-sums.ts';
import type { StratifiedSides } from '../../stats/sums/stratified-sums.ts';
import type { TalliedUsers } from '../../stats/sums/user-tally.ts';
import type { Measured } from '../table/estimate.ts';
import type { UnusableRequests } from '../table/mean-metric.ts';
import { type NamedMean, namedMeans } from './named-mean.ts';
import type { Slice } from '../table/slice.ts';
import { slicesOf, type Subject, type TestedQuantity } from '../table/subject.ts';
import { countOf, formatShare } from '../../domain/format-number.ts';

/** A cap may cut at most this share of a version's requests. */
const largestCut = 0.5;

/** Measures the metrics that are means over requests, from sums by unit. */
export class MeanMeasurer {
  readonly #named: ReadonlyMap<string, NamedMean>;
  readonly #units: UnitAdder;
  readonly #earlier: UnitsBefore | undefined;

  /** @param sourcesOf what adds up the units of the metrics, by their names, and what they were like before, where anybody knows. */
  constructor(metrics: readonly Metric[], sourcesOf: (means: ReadonlyMap<string, NamedMean>) => MeanSources) {
    this.#named = namedMeans(metrics);
    const { units, earlier } = sourcesOf(this.#named);
    this.#units = units;
    this.#earlier = earlier;
  }

  async measure(subject: Subject, quantity: TestedQuantity): Promise<Measured> {
    const { metric, comparison, slice } = subject;
    const named = this.#meanOf(metric);
    const { neverPaired, absent } = named.definition;
    if (comparison === 'paired' && neverPaired !== undefined) return uncomputable(neverPaired);
    const slices = slicesOf(comparison, slice);
    const obstacle = (await this.#unusable(named, slices, quantity)) ?? (await this.#capped(named, slices, quantity));
    const measured = obstacle ?? (await this.#read(named, subject, quantity));
    // The statistics know that there was nothing to count; the metric knows what was missing.
    return measured.kind === 'uncomputable' && measured.reason.endsWith('there are no requests')
      ? uncomputable(absent)
      : measured;
  }

  /**
   * What share of the candidate's sum its heaviest hundredth of units carries, where that says something; of a capped mean what share of its
   * requests is above the cap.
   */
  async tails({ metric, slice }: Subject): Promise<MeanTails> {
    // Of a share of requests every unit carries about its requests, and of other metrics there is no sum.
    if (!this.#isPlainMean(metric) || metricTraits(metric).zeroOne) return {};
    const named = this.#meanOf(metric);
    if (named.definition.isCut !== undefined) {
      const { cut, counted } = await this.#units.cut(named, slice, 'candidate');
      return counted === 0 ? {} : { cappedShare: cut / counted };
    }
    const share = topUnitsShare(await this.#units.heaviest(named, slice));
    return typeof share === 'number' ? { topUnitsShare: share } : {};
  }

  /** The served difference as it would be with the same mix of segments on both sides; undefined for other metrics. */
  async postStratified(
    metric: Metric,
    dimensions: readonly string[],
  ): Promise<PostStratified | Uncomputable | undefined> {
    if (!this.#isPlainMean(metric)) return undefined;
    return postStratifiedDifference(await this.#units.stratified(this.#meanOf(metric), dimensions));
  }

  /** Users by their paired requests and what these changed by; undefined where two versions' requests are no pairs of 0 and 1. */
  async tally({ metric, comparison, slice }: Subject): Promise<readonly TalliedUsers[] | undefined> {
    const definition = this.#named.get(metric.id)?.definition;
    const arePairs = comparison === 'paired' && definition?.pairedDenominator === undefined;
    if (definition === undefined || !arePairs || !metricTraits(metric).zeroOne) return undefined;
    return await this.#units.tally(this.#meanOf(metric), slice);
  }

  async #read(metric: NamedMean, { comparison, slice }: Subject, quantity: TestedQuantity): Promise<Measured> {
    const slices = slicesOf(comparison, slice);
    // One proportion against a bound has a sharper test than the general mean.
    if (quantity === 'own') return ownEstimate(metric, await this.#units.own(metric, slices.candidate));
    if (comparison === 'paired') {
      return pairedEstimate(metric, await this.#units.pair(metric, slice, quantity), quantity);
    }
    const compare = quantity === 'relative' ? servedRelativeDifference : servedDifference;
    const adjusted = await this.#earlier?.served(metric, slices);
    if (adjusted !== undefined) {
      const difference = compare(adjusted.baseline, adjusted.candidate);
      const { units, varianceLeft } = adjusted;
      return difference.kind === 'uncomputable' ? difference : { ...difference, adjusted: { units, varianceLeft } };
    }
    const baseline = await this.#units.sample(metric, slices.baseline, 'baseline');
    const candidate = await this.#units.sample(metric, slices.candidate, 'candidate');
    if (metric.definition.root === true) return servedRootDifference(baseline, candidate, quantity);
    return compare(baseline, candidate);
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

  /** A cap below most of the values makes nearly all of them the same, and the mean one of the cap. */
  async #capped(
    metric: NamedMean,
    slices: Readonly<Record<Role, Slice>>,
    quantity: TestedQuantity,
  ): Promise<Uncomputable | undefined> {
    if (metric.definition.isCut === undefined) return undefined;
    for (const role of quantity === 'own' ? (['candidate'] as const) : roles) {
      const { cut, counted } = await this.#units.cut(metric, slices[role], role);
      if (cut > largestCut * counted)
        return uncomputable(`${role}: the cap is below ${formatShare(cut / counted)} of its requests; raise it`);
    }
    return undefined;
  }

  #isPlainMean(metric: Metric): boolean {
    const definition = this.#named.get(metric.id)?.definition;
    return definition !== undefined && definition.root !== true;
  }

  #meanOf(metric: Metric): NamedMean {
    const named = this.#named.get(metric.id);
    if (named === undefined) throw new RangeError(`${metric.id} was not declared to the measurer`);
    return named;
  }
}

function ownEstimate(
  { definition }: NamedMean,
  sums: SampleSums | ProportionSums | Uncomputable,
): Linearized | Proportion | Uncomputable {
  if (sums.kind === 'uncomputable' || sums.residuals === undefined) return proportion(sums);
  return (definition.root === true ? rootMean : ownValue)(sums);
}

/** What a pair's residuals are weighted for. */
export function weightedQuantity({ definition }: NamedMean, quantity: ComparedQuantity): WeightedQuantity {
  return definition.root === true && quantity === 'difference' ? 'difference-of-roots' : quantity;
}

function pairedEstimate(
  { definition }: NamedMean,
  sums: PairedSums | RatioSums | Uncomputable,
  quantity: ComparedQuantity,
): Linearized | Uncomputable {
  if (sums.kind === 'ratios') {
    if (definition.root === true) return pairedRootDifference(sums, quantity);
    return (quantity === 'relative' ? pairedRatioRelativeDifference : pairedRatioDifference)(sums);
  }
  return (quantity === 'relative' ? pairedRelativeDifference : pairedDifference)(sums);
}

/** Where the sums of means come from. */
interface MeanSources {
  readonly units: UnitAdder;
  readonly earlier?: UnitsBefore;
}

/** What knows of units what they were like before the candidate served any. */
export interface UnitsBefore {
  /** Both versions' units of a served comparison, adjusted by it; undefined where nobody knows enough of them. */
  served(metric: NamedMean, slices: Readonly<Record<Role, Slice>>): Promise<AdjustedSums | undefined>;
}

/** What adds up the units of means, in memory or, where they are too many, in the database: both give the same sums. */
export interface UnitAdder {
  /** The candidate's own units: with their contributions alone where every request contributes 0 or 1. */
  own(metric: NamedMean, slice: Slice): Promise<SampleSums | ProportionSums | Uncomputable>;
  /** One version's units. */
  sample(metric: NamedMean, slice: Slice, role: Role): Promise<SampleSums | Uncomputable>;
  /** Both versions' units on the same requests, as ratios where the versions have denominators of their own. */
  pair(metric: NamedMean, slice: Slice, quantity: ComparedQuantity): Promise<PairedSums | RatioSums | Uncomputable>;
  /** The canary cohort's candidate and the stable one's baseline, by values of the dimensions. */
  stratified(metric: NamedMean, dimensions: readonly string[]): Promise<StratifiedSides | Uncomputable>;
  /** The candidate's sum over a slice. */
  heaviest(metric: NamedMean, slice: Slice): Promise<HeaviestSums>;
  /** Requests of one version that count on a slice, and of them those above the cap. */
  cut(metric: NamedMean, slice: Slice, role: Role): Promise<CutCounts>;
  /** Users of a slice by their paired requests and what these changed by. */
  tally(metric: NamedMean, slice: Slice): Promise<readonly TalliedUsers[]>;
  /** Requests of one version that count on a slice, and that should and cannot. */
  usable(metric: NamedMean, slice: Slice, role: Role): Promise<UsableCounts>;
}

/** How many requests of a version count, and how many of them are above the cap. */
export interface CutCounts {
  readonly cut: number;
  readonly counted: number;
}

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
