import type { ServedGroup } from './served-group.ts';
import { fewestEffectiveUnits } from '../sums/cluster-size.ts';

/**
 * Two groups, each with a spread that enough units tell. Where a few users bring all of a sum, as the few that buy do, a small group may
 * hold none of the large ones, and its own spread is too small just when its mean is. So a group of which fewer than 30 effective units
 * contribute borrows the other's coefficient of variation and skewness, as if its units were of the same kind; where neither has enough
 * the effective units are those that contribute, and there is no interval. A group with a floor knows what it may not have met yet.
 */
export function withKnownSpread(
  baseline: ServedGroup,
  candidate: ServedGroup,
): readonly [baseline: ServedGroup, candidate: ServedGroup] {
  if (isKnown(baseline) && isKnown(candidate)) return [baseline, candidate];
  if (isKnown(baseline)) return [baseline, borrowing(candidate, baseline)];
  if (isKnown(candidate)) return [borrowing(baseline, candidate), candidate];
  const contributing = Math.max(baseline.contributingUnits, candidate.contributingUnits);
  const limited = (group: ServedGroup) => ({
    ...group,
    effectiveUnits: Math.min(group.effectiveUnits, contributing),
  });
  return [limited(baseline), limited(candidate)];
}

function isKnown({ floorVariance, contributingUnits }: ServedGroup): boolean {
  return floorVariance > 0 || contributingUnits >= fewestEffectiveUnits;
}

/** A group as if its units spread as the other's do, around a mean that is the larger of the two. */
function borrowing(own: ServedGroup, other: ServedGroup): ServedGroup {
  const fewer = other.effectiveUnits / own.effectiveUnits;
  const larger = other.mean === 0 ? 1 : Math.max(1, Math.abs(own.mean / other.mean));
  const second = Math.max(own.second, fewer * larger ** 2 * other.second);
  const skewness = Math.sqrt(fewer) * skewnessOf(other);
  const known = Math.abs(skewness) > Math.abs(skewnessOf(own)) ? skewness : skewnessOf(own);
  return {
    ...own,
    variance: Math.max(own.variance, fewer * larger ** 2 * other.variance),
    second,
    third: known * second ** 1.5,
  };
}

function skewnessOf({ second, third }: ServedGroup): number {
  return second === 0 ? 0 : third / second ** 1.5;
}
