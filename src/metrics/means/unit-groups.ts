import type { Role } from '../../domain/role.ts';
import { type RatioGroup, ratioResidual, type WholeGroup, type WholePair } from '../../stats/sums/whole-sums.ts';
import type { Slice } from '../table/slice.ts';
import type { NamedMean } from './named-mean.ts';

/** Which requests of a unit count: those of both versions, or those of one. */
export type SumsPart = 'pair' | Role;

/** Units of a metric and a slice, in the order of their number of requests. */
export interface UnitGroups {
  /** By their number of requests. Both sides of them; a side that was not asked for is 0. */
  readonly groups: readonly WholePair[];
  /** The same, each with units that are alike; empty for a metric that is not made of 0 and 1. */
  readonly kinds: readonly WholePair[];
  readonly largest: Readonly<Record<Role, bigint>>;
}

/** Requests of one version that count on a slice, of them those above a cap, and beside them those that should count and cannot. */
export interface CountedRequests {
  readonly counted: number;
  readonly cut: number;
  readonly unusable: number;
}

/** Who added up units in whole numbers: canary's database over a log, or a warehouse over its table. */
export interface UnitGroupSource {
  units(metric: NamedMean, part: SumsPart, slice: Slice): Promise<UnitGroups>;
  /** What the units of a metric that is not made of 0 and 1 move the ratio of both versions' sums by. */
  ratios(metric: NamedMean, slice: Slice): Promise<readonly RatioGroup[]>;
  counts(metric: NamedMean, slice: Slice, role: Role): Promise<CountedRequests>;
  /** The largest value of a request of either version, in the metric's unit. */
  largest(metric: NamedMean): Promise<number>;
}

/** Some units with the same number of requests, and the largest sum of one of them. */
export interface GroupRow extends WholePair {
  readonly largest: Readonly<Record<Role, bigint>>;
}

/** Units that are alike: each has the sums b and c. */
export function alikeUnits(requests: number, units: number, b: bigint, c: bigint): GroupRow {
  const count = BigInt(units);
  return {
    requests,
    units,
    baseline: { sum: count * b, squares: count * b ** 2n, cubes: count * b ** 3n },
    candidate: { sum: count * c, squares: count * c ** 2n, cubes: count * c ** 3n },
    products: { once: count * b * c, baselineTwice: count * b ** 2n * c, candidateTwice: count * b * c ** 2n },
    largest: { baseline: b, candidate: c },
  };
}

/** The residuals of units that are alike; none where one has all of the baseline, of which there is no ratio without it. */
export function alikeRatios(
  size: Pick<RatioGroup, 'requests' | 'units'>,
  each: Readonly<Record<Role, bigint>>,
  all: Readonly<Record<Role, bigint>>,
): RatioGroup {
  const moved = each.baseline < all.baseline ? ratioResidual(each, all) : 0n;
  const count = BigInt(size.units);
  return { ...size, squares: count * moved ** 2n, cubes: count * moved ** 3n };
}

/**
 * Puts rows together, in an order that does not depend on theirs.
 * @param alike whether each row is about units that are alike.
 */
export function unitGroups(rows: readonly GroupRow[], alike: boolean): UnitGroups {
  const largestOf = (role: Role) =>
    rows.reduce((most, { largest }) => (largest[role] > most ? largest[role] : most), 0n);
  return {
    groups: merged(rows, ({ requests }) => String(requests)),
    kinds: alike ? merged(rows, kindOf).toSorted(byKind) : [],
    largest: { baseline: largestOf('baseline'), candidate: largestOf('candidate') },
  };
}

/** The sums of one side. */
export function sideOf({ requests, units, ...sides }: WholePair, role: Role): WholeGroup {
  return { requests, units, ...sides[role] };
}

/** What each of some units that are alike has. */
export function eachOf(sum: bigint, units: number): number {
  return Number(sum / BigInt(units));
}

function kindOf({ requests, units, baseline, candidate }: WholePair): string {
  return `${requests} ${eachOf(baseline.sum, units)} ${eachOf(candidate.sum, units)}`;
}

function byKind(one: WholePair, other: WholePair): number {
  return (
    one.requests - other.requests ||
    eachOf(one.baseline.sum, one.units) - eachOf(other.baseline.sum, other.units) ||
    eachOf(one.candidate.sum, one.units) - eachOf(other.candidate.sum, other.units)
  );
}

/** Adds up the rows that have a key in common. */
function merged(rows: readonly WholePair[], keyOf: (row: WholePair) => string): readonly WholePair[] {
  const groups = new Map<string, WholePair>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    groups.set(key, group === undefined ? row : bothOf(group, row));
  }
  return [...groups.values()].toSorted((a, b) => a.requests - b.requests);
}

function bothOf(one: WholePair, other: WholePair): WholePair {
  return {
    requests: one.requests,
    units: one.units + other.units,
    baseline: bothMoments(one.baseline, other.baseline),
    candidate: bothMoments(one.candidate, other.candidate),
    products: {
      once: one.products.once + other.products.once,
      baselineTwice: one.products.baselineTwice + other.products.baselineTwice,
      candidateTwice: one.products.candidateTwice + other.products.candidateTwice,
    },
  };
}

function bothMoments(one: WholePair['baseline'], other: WholePair['baseline']): WholePair['baseline'] {
  return { sum: one.sum + other.sum, squares: one.squares + other.squares, cubes: one.cubes + other.cubes };
}
