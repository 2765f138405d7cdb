import { deleteGroupJackknife, jackknifeGroups } from '../../stats/estimates/jackknife.ts';
import { smallerSide, type Linearized } from '../../stats/estimates/linearized.ts';
import { type Uncomputable, uncomputable } from '../../stats/result.ts';
import type { LeaveGroupOut } from '../table/group-metric.ts';

/** One version on some requests, as a whole and without each group of units. */
export interface GroupSide extends LeaveGroupOut {
  readonly kind: 'side';
  readonly size: SideSize;
}

export interface SideSize {
  readonly units: number;
  readonly requests: number;
  readonly effectiveUnits: number;
  readonly clusterSize: number;
  /** Which of the 50 groups have a unit. */
  readonly hasUnits: readonly boolean[];
}

/** One version's value, with the error that leaving out groups shows. */
export function ownGroupValue(side: GroupSide): Linearized | Uncomputable {
  const { value, without, floorVariance, size } = side;
  const { hasUnits, ...counts } = size;
  return deleteGroupJackknife({
    value,
    replicates: without.filter((_, group) => hasUnits[group] === true),
    ...counts,
    effectiveUnits: effectiveUnitsOf(side),
    counted: { units: counts.units, requests: counts.requests },
    floorVariance: floorVariance * counts.clusterSize ** 2,
  });
}

/** The difference of two versions' values: in pairs a group is left out on both sides at once. */
export function comparedGroups(
  baseline: GroupSide,
  candidate: GroupSide,
  quantity: 'difference' | 'relative',
  comparison: 'paired' | 'served',
): Linearized | Uncomputable {
  const relative = quantity === 'relative';
  if (relative && !(baseline.value > 0)) {
    return uncomputable('the baseline is not above zero, so nothing is relative to it');
  }
  const compare = (left: number, right: number) => (relative ? right / left - 1 : right - left);
  const replicates: number[] = [];
  for (let group = 0; group < jackknifeGroups; group += 1) {
    if (baseline.size.hasUnits[group] !== true && candidate.size.hasUnits[group] !== true) continue;
    replicates.push(compare(baseline.without[group] ?? Number.NaN, candidate.without[group] ?? Number.NaN));
  }
  return deleteGroupJackknife({
    value: compare(baseline.value, candidate.value),
    replicates: Float64Array.from(replicates),
    baseline: baseline.value,
    candidate: candidate.value,
    ...sizeOfBoth(baseline.size, candidate.size, comparison),
    effectiveUnits: Math.min(effectiveUnitsOf(baseline), effectiveUnitsOf(candidate)),
    floorVariance: floorOfBoth(baseline, candidate, relative, comparison),
  });
}

function effectiveUnitsOf({ effectiveUnits = Infinity, size }: GroupSide): number {
  return Math.min(effectiveUnits, size.effectiveUnits);
}

function sizeOfBoth(baseline: SideSize, candidate: SideSize, comparison: 'paired' | 'served') {
  if (comparison === 'paired') {
    const { hasUnits: _, ...counts } = candidate;
    return { ...counts, counted: { units: counts.units, requests: counts.requests } };
  }
  return {
    units: baseline.units + candidate.units,
    requests: baseline.requests + candidate.requests,
    clusterSize: Math.max(baseline.clusterSize, candidate.clusterSize),
    counted: smallerSide(baseline, candidate),
  };
}

/** In pairs the larger of the two sides' floors, since a change that was not seen may be on either; else both. */
function floorOfBoth(
  baseline: GroupSide,
  candidate: GroupSide,
  relative: boolean,
  comparison: 'paired' | 'served',
): number {
  const [left, right] = [baseline, candidate].map(({ floorVariance, size }) => floorVariance * size.clusterSize ** 2);
  const floor = comparison === 'paired' ? Math.max(left ?? 0, right ?? 0) : (left ?? 0) + (right ?? 0);
  if (!relative) return floor;
  return (floor * Math.max(1, candidate.value / baseline.value) ** 2) / baseline.value ** 2;
}
