import type { MeanTails } from './table/mean-tails.ts';
import type { ToldNumber } from '../domain/told-number.ts';
import type { Segment } from '../domain/evidence.ts';
import { type Metric, metricTraits } from '../domain/metric.ts';
import type { NamedSegment } from '../domain/segments.ts';
import { bucketedOf, type RoleNumber, toldMeanOf, type UntoldNumber } from './role-number.ts';
import { type Role, roles } from '../domain/role.ts';
import { type Refusal, type Uncomputable, uncomputable } from '../stats/result.ts';
import { differenceOfGroups, relativeDifferenceOfGroups } from '../stats/estimates/served-difference.ts';
import { bucketedChange } from '../stats/bounds/bucketed-quantile.ts';
import type { PostStratified } from '../stats/estimates/post-stratification.ts';
import { sameMixDifference } from '../stats/estimates/same-mix.ts';
import { toldGroup, toldOwnValue, toldProportion } from '../stats/estimates/told-group.ts';
import type { Measured } from './table/estimate.ts';
import { meanMetricOf } from './families/definitions.ts';
import type { Measurer } from './measurer.ts';
import { contradictionOf } from './told-contradiction.ts';
import { withinPossible } from './table/possible.ts';
import type { Subject, TestedQuantity } from './table/subject.ts';

/** The numbers of both versions in one metric, where they are told. */
type Sides = Readonly<Partial<Record<Role, RoleNumber>>>;

/**
 * Measures metrics from numbers per version, without a request: two independent groups, as in a live split. Where count and
 * variance are told an interval can be put on them; elsewhere there is the value alone.
 */
export class ToldMeasurer implements Measurer {
  readonly #numbers: readonly RoleNumber[];
  readonly #untold: readonly UntoldNumber[];

  constructor(numbers: readonly RoleNumber[], untold: readonly UntoldNumber[] = []) {
    this.#numbers = numbers;
    this.#untold = untold;
  }

  async measure({ metric, slice }: Subject, quantity: TestedQuantity): Promise<Measured> {
    const { baseline, candidate } = this.#sidesOf(metric, slice.segment);
    if (candidate === undefined) return this.#absent(metric, slice.segment, 'candidate');
    if (quantity === 'own') return withinPossible(ownOf(metric, candidate), metric, quantity);
    return baseline === undefined
      ? this.#absent(metric, slice.segment, 'baseline')
      : withinPossible(comparisonOf(metric, baseline, candidate, quantity), metric, quantity);
  }

  /** Dimension by dimension, since numbers do not tell how these overlap: of the one that turns the sign, else of the first whose segments make the whole. */
  async postStratified(metric: Metric, dimensions: readonly string[]): Promise<PostStratified | undefined> {
    const found = dimensions.flatMap((dimension) => sameMixOf(this.#numbers, metric, dimension) ?? []);
    return found.find(({ changesSign }) => changesSign) ?? found[0];
  }

  /** Numbers do not tell of users. */
  async tails(): Promise<MeanTails> {
    return {};
  }

  async tally(): Promise<undefined> {
    return undefined;
  }

  /** The segments of a dimension that a metric is told of. */
  segmentsOf(metric: Metric, dimension: string): readonly NamedSegment[] {
    return segmentsOf(this.#numbers, metric, dimension);
  }

  /**
   * How what is left of the whole changed, beside those segments of a dimension that both versions are told of; undefined where next to
   * nothing is left, or where the whole is not a mean of its parts.
   */
  restOf(metric: Metric, dimension: string, quantity: 'difference' | 'relative'): number | undefined {
    if (!metricTraits(metric).zeroOne && meanMetricOf(metric) === undefined) return undefined;
    const whole = this.#sidesOf(metric, null);
    const parts = this.segmentsOf(metric, dimension)
      .map((segment) => this.#sidesOf(metric, segment))
      .filter(({ baseline, candidate }) => baseline !== undefined && candidate !== undefined);
    const [baseline, candidate] = roles.map((role) => meanOfRest(whole, parts, role));
    if (baseline === undefined || candidate === undefined) return undefined;
    const change = changeOf(baseline, candidate, quantity);
    return typeof change === 'number' ? change : undefined;
  }

  /** Each version's share of requests outside of the segments of a dimension that are told of it alone; undefined where these have no size. */
  sharesTogether(metric: Metric, dimension: string): Readonly<Record<Role, number | undefined>> {
    const whole = this.#sidesOf(metric, null);
    const alone = this.segmentsOf(metric, dimension)
      .map((segment) => this.#sidesOf(metric, segment))
      .filter(({ baseline, candidate }) => baseline === undefined || candidate === undefined);
    const shareOf = (role: Role) => {
      const own = alone.filter((sides) => sides[role] !== undefined);
      const sizes = [whole, ...own].map((sides) => sizeIn(sides, role));
      if (own.length === 0) return 1;
      return sizes.includes(undefined) ? undefined : 1 - total(sizes.slice(1)) / (sizes[0] ?? 0);
    };
    return { baseline: shareOf('baseline'), candidate: shareOf('candidate') };
  }

  /** Why a version's whole cannot be made of its segments of a dimension, as a clause; undefined where it can. */
  contradiction(metric: Metric, dimension: string, write: (value: number) => string): string | undefined {
    const whole = this.#sidesOf(metric, null);
    const segments = this.segmentsOf(metric, dimension).map((segment) => this.#sidesOf(metric, segment));
    for (const role of roles) {
      const told = whole[role];
      const parts = segments.flatMap((sides) => sides[role] ?? []);
      const why = told === undefined ? undefined : contradictionOf(metric, told, parts, { dimension, write });
      if (why !== undefined) return why;
    }
    return undefined;
  }

  #absent(metric: Metric, segment: Segment, role: Role): Uncomputable {
    const known = this.#untold.find(
      (each) => each.role === role && identity(each.metric, null) === identity(metric, null),
    );
    const told = this.#numbers.find(
      (each) => each.role === role && identity(each.metric, null) === identity(metric, null),
    );
    const [dimension] = Object.keys((segment === null ? told?.segment : null) ?? {});
    const remedy = dimension === undefined ? '' : ` but by ${dimension}; add its total`;
    return uncomputable(known?.why ?? `${absent(metric, segment, role)}${remedy}`);
  }

  #sidesOf(metric: Metric, segment: Segment): Sides {
    return sidesOf(this.#numbers, metric, segment);
  }
}

function sidesOf(numbers: readonly RoleNumber[], metric: Metric, segment: Segment): Sides {
  const wanted = identity(metric, segment);
  const sideOf = (role: Role) =>
    numbers.find((number) => number.role === role && identity(number.metric, number.segment) === wanted);
  const [baseline, candidate] = roles.map(sideOf);
  return { ...(baseline === undefined ? {} : { baseline }), ...(candidate === undefined ? {} : { candidate }) };
}

/** The least and the most that segments may add up to of a version's requests, as a share, to be taken for all of them: dashboards round. */
const wholeness = { least: 0.95, most: 1.05 };

/** The difference with the same mix of one dimension's segments on both sides; undefined where these are not the whole, or tell no spread. */
function sameMixOf(numbers: readonly RoleNumber[], metric: Metric, dimension: string): PostStratified | undefined {
  const whole = sidesOf(numbers, metric, null);
  const segments = segmentsOf(numbers, metric, dimension).map((segment) => sidesOf(numbers, metric, segment));
  const isWhole = roles.every((role) => {
    const share = total(segments.map((sides) => sizeIn(sides, role))) / (sizeIn(whole, role) ?? 0);
    return share >= wholeness.least && share <= wholeness.most;
  });
  if (!isWhole || whole.baseline === undefined || whole.candidate === undefined) return undefined;
  const compared = segments.flatMap(({ baseline, candidate }) => {
    if (baseline === undefined || candidate === undefined) return [];
    const difference = comparisonOf(metric, baseline, candidate, 'difference');
    const requests = (sizeIn({ baseline }, 'baseline') ?? 0) + (sizeIn({ candidate }, 'candidate') ?? 0);
    return difference.kind === 'linearized' ? [{ requests, difference }] : [];
  });
  const requests = total(compared.map((each) => each.requests));
  if (requests === 0) return undefined;
  const all = total(roles.map((role) => sizeIn(whole, role)));
  const parts = compared.map((each) => ({ weight: each.requests / requests, difference: each.difference }));
  return sameMixDifference(parts, Math.min(1, requests / all), whole.candidate.value - whole.baseline.value);
}

function meanOfRest(whole: Sides, parts: readonly Sides[], role: Role): number | undefined {
  const all = sizeIn(whole, role);
  const number = whole[role];
  const sizes = parts.map((sides) => sizeIn(sides, role));
  if (all === undefined || number === undefined || sizes.includes(undefined)) return undefined;
  const rest = all - total(sizes);
  if (!(rest > (1 - wholeness.least) * all)) return undefined;
  const told = total(parts.map((sides, index) => (sides[role]?.value ?? 0) * (sizes[index] ?? 0)));
  return (number.value * all - told) / rest;
}

function segmentsOf(numbers: readonly RoleNumber[], metric: Metric, dimension: string): readonly NamedSegment[] {
  const values = numbers
    .filter((number) => identity(number.metric, null) === identity(metric, null))
    .flatMap(({ segment }) => segment?.[dimension] ?? []);
  return [...new Set(values)].map((value) => ({ [dimension]: value }));
}

function sizeIn(sides: Sides, role: Role): number | undefined {
  return sides[role]?.count ?? sides[role]?.units;
}

/** Equal for two spellings of one percentile. */
function identity(metric: Metric, segment: Segment): string {
  const name = metric.family === 'latency' && metric.statistic === 'quantile' ? metric.probability : metric.id;
  return JSON.stringify([name, Object.entries(segment ?? {})]);
}

function absent({ id }: Metric, segment: Segment, role: Role): string {
  const [of] = Object.entries(segment ?? {}).map(([dimension, value]) => ` for ${dimension}=${value}`);
  return `the numbers have no ${id} of the ${role}${of ?? ''}`;
}

function ownOf(metric: Metric, candidate: RoleNumber): Measured {
  const bucketed = bucketedOf(metric, candidate);
  if (bucketed !== undefined) return bucketed;
  const told = toldMeanOf(metric, candidate);
  const { value } = candidate;
  if (told.kind === 'refused') return { kind: 'valueOnly', value, ...sizeOf([candidate]), refusal: told };
  if (metricTraits(metric).zeroOne) return toldProportion(told);
  const group = toldGroup(told, 'candidate');
  return group.kind === 'uncomputable' ? group : toldOwnValue(group);
}

function comparisonOf(
  metric: Metric,
  baseline: RoleNumber,
  candidate: RoleNumber,
  quantity: 'difference' | 'relative',
): Measured {
  const buckets = [bucketedOf(metric, baseline), bucketedOf(metric, candidate)] as const;
  if (buckets[0] !== undefined && buckets[1] !== undefined)
    return bucketedChange(buckets[0], buckets[1], quantity === 'relative');
  const [toldBaseline, toldCandidate] = [toldMeanOf(metric, baseline), toldMeanOf(metric, candidate)];
  if (toldBaseline.kind === 'refused') return valueOnly(baseline, candidate, quantity, toldBaseline);
  if (toldCandidate.kind === 'refused') return valueOnly(baseline, candidate, quantity, toldCandidate);
  const groups = { baseline: toldGroup(toldBaseline, 'baseline'), candidate: toldGroup(toldCandidate, 'candidate') };
  if (groups.baseline.kind === 'uncomputable') return groups.baseline;
  if (groups.candidate.kind === 'uncomputable') return groups.candidate;
  return quantity === 'difference'
    ? differenceOfGroups(groups.baseline, groups.candidate)
    : relativeDifferenceOfGroups(groups.baseline, groups.candidate);
}

function valueOnly(
  baseline: RoleNumber,
  candidate: RoleNumber,
  quantity: 'difference' | 'relative',
  refusal: Refusal,
): Measured {
  const value = changeOf(baseline.value, candidate.value, quantity);
  if (typeof value !== 'number') return value;
  const sides = { baseline: baseline.value, candidate: candidate.value };
  return { kind: 'valueOnly', value, ...sides, ...sizeOf([baseline, candidate]), refusal };
}

function changeOf(baseline: number, candidate: number, quantity: 'difference' | 'relative'): number | Uncomputable {
  if (quantity === 'difference') return candidate - baseline;
  return baseline > 0
    ? candidate / baseline - 1
    : uncomputable('the baseline is not above zero, so nothing is relative to it');
}

/** The size that numbers tell together; 0 where they tell none. */
export function sizeOf(numbers: readonly ToldNumber[]): { readonly units: number; readonly requests: number } {
  return { units: total(numbers.map(({ units }) => units)), requests: total(numbers.map(({ count }) => count)) };
}

function total(sizes: readonly (number | undefined)[]): number {
  return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
}
