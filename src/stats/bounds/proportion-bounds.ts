import type { Inference } from './boundary.ts';
import { type IntervalSettings, tooFewUnits } from './confidence-bound.ts';
import { betaQuantile, logBeta, logBetaCdf, normalUpperTail } from '../distributions.ts';
import type { Proportion } from '../estimates/proportion.ts';
import type { Interval, Refusal } from '../result.ts';

/** Mixtures are at their sharpest at this multiple of their concentration (compare rho^2 N* at alpha = 5%). */
const plannedPerConcentration = 6.3;

/** Bounds closer to 0 or 1 than this are not told apart from them. */
const edge = 1e-12;

/** Independent requests that one proportion is tested on. */
export interface Counts {
  /** In [0, requests], not necessarily whole. */
  readonly events: number;
  readonly requests: number;
  /** How many requests count if those of one unit agree entirely; at most `requests`. */
  readonly wholeClusters: number;
  /** Requests at which the sequential test is at its sharpest. */
  readonly plannedRequests: number;
}

/**
 * Both one-sided bounds of one proportion, each at its own level: `fixed` and `planned` by Clopper and Pearson 1934 on effective counts, `sequential` by
 * inverting the beta-binomial mixture test. A proportion is proven to be below p0 exactly when the upper bound is at most p0.
 *
 * Events also tell how little requests of a unit agree, so a first event can be worth more as news of independence than it costs. That
 * must not improve a verdict: no upper bound is below that of the same units without events, no lower bound above that with nothing else.
 * @param settings planned units are turned into requests by the sample's own requests per unit.
 * @returns a refusal when there are fewer than 30 effective units.
 */
export function proportionInterval(proportion: Proportion, settings: IntervalSettings): Interval | Refusal {
  const refusal = tooFewUnits(proportion.effectiveUnits, proportion);
  if (refusal !== undefined) return refusal;
  const boundAt =
    (side: 'lower' | 'upper') =>
    ({ alpha, inference, plannedUnits }: ProportionLevel) =>
      side === 'lower'
        ? proportionLowerBound(effectiveCounts(proportion, plannedUnits), alpha, inference)
        : proportionUpperBound(effectiveCounts(proportion, plannedUnits), alpha, inference);
  return {
    kind: 'interval',
    low: Math.max(0, ...levelsOn('lower', settings).map(boundAt('lower'))),
    high: Math.min(1, ...levelsOn('upper', settings).map(boundAt('upper'))),
  };
}

/** A level at which one bound of a proportion is wanted. */
export interface ProportionLevel {
  readonly alpha: number;
  readonly inference: Inference;
  readonly plannedUnits: number;
}

/**
 * The levels of one side, of whose bounds the nearest counts. A planned look is Clopper and Pearson's bound at the nominal level of its boundary, the usual
 * way with few events; none where the side tests nothing, and a proportion then lies anywhere from 0 to 1.
 */
export function levelsOn(side: 'lower' | 'upper', settings: IntervalSettings): readonly ProportionLevel[] {
  switch (settings.inference) {
    case 'fixed':
    case 'sequential': {
      const { inference, plannedUnits } = settings;
      return [{ alpha: side === 'lower' ? settings.alphaLower : settings.alphaUpper, inference, plannedUnits }];
    }
    case 'planned': {
      const { boundary, reserve } = settings[side];
      const alpha = normalUpperTail(boundary);
      return [
        ...(alpha > 0 ? [{ alpha, inference: 'fixed', plannedUnits: 1 } as const] : []),
        ...(reserve === undefined ? [] : [{ ...reserve, inference: 'sequential' } as const]),
      ];
    }
  }
}

/** The independent counts that a clustered proportion is worth. */
export function effectiveCounts(proportion: Proportion, plannedUnits: number): Counts {
  return {
    events: proportion.effectiveEvents,
    requests: proportion.effectiveRequests,
    wholeClusters: proportion.requests / proportion.clusterSize,
    plannedRequests: (plannedUnits * proportion.effectiveRequests) / proportion.units,
  };
}

/** Upper bound at a one-sided level: every p0 from here on is rejected in favour of a smaller proportion. */
export function proportionUpperBound(counts: Counts, alpha: number, inference: Inference): number {
  const without = { ...inWholeClusters(counts), events: 0 };
  return Math.max(upperBoundOf(counts, alpha, inference), upperBoundOf(without, alpha, inference));
}

/** Lower bound at a one-sided level: every p0 up to here is rejected in favour of a larger proportion. */
export function proportionLowerBound(counts: Counts, alpha: number, inference: Inference): number {
  const nothingElse = inWholeClusters(counts);
  return Math.min(lowerBoundOf(counts, alpha, inference), lowerBoundOf(nothingElse, alpha, inference));
}

/** The counts as they would be if all requests of a unit agreed and all were events. */
function inWholeClusters(counts: Counts): Counts {
  const { wholeClusters, plannedRequests, requests } = counts;
  const planned = (plannedRequests * wholeClusters) / requests;
  return { events: wholeClusters, requests: wholeClusters, wholeClusters, plannedRequests: planned };
}

function upperBoundOf(counts: Counts, alpha: number, inference: Inference): number {
  const misses = counts.requests - counts.events;
  if (misses <= 0) return 1;
  if (inference === 'fixed') return 1 - betaQuantile(alpha, misses, counts.events + 1);
  let accepted = counts.events / counts.requests;
  let rejected = 1 - edge;
  if (!isBelow(counts, rejected, alpha)) return 1;
  while (rejected - accepted > 1e-14 && rejected - accepted > 1e-10 * rejected) {
    const middle = (accepted + rejected) / 2;
    if (isBelow(counts, middle, alpha)) rejected = middle;
    else accepted = middle;
  }
  return rejected;
}

function lowerBoundOf(counts: Counts, alpha: number, inference: Inference): number {
  const misses = counts.requests - counts.events;
  if (counts.events <= 0) return 0;
  if (inference === 'fixed') return betaQuantile(alpha, counts.events, misses + 1);
  let accepted = counts.events / counts.requests;
  let rejected = edge;
  if (!isAbove(counts, rejected, alpha)) return 0;
  while (accepted - rejected > 1e-14 && accepted - rejected > 1e-10 * accepted) {
    const middle = (accepted + rejected) / 2;
    if (isAbove(counts, middle, alpha)) rejected = middle;
    else accepted = middle;
  }
  return rejected;
}

/** The sequential test: whether the counts prove a proportion below p0 in (0, 1), at level alpha. */
export function isBelow(counts: Counts, p0: number, alpha: number): boolean {
  const concentration = counts.plannedRequests / plannedPerConcentration;
  return logEvidenceBelow(counts.events, counts.requests, p0, concentration) >= -Math.log(alpha);
}

/** The sequential test in the other direction: whether the counts prove a proportion above p0 in (0, 1). */
export function isAbove(counts: Counts, p0: number, alpha: number): boolean {
  const mirrored = { ...counts, events: counts.requests - counts.events };
  return isBelow(mirrored, 1 - p0, alpha);
}

/**
 * How strongly counts speak for a proportion below `bound`: ln of the mixture likelihood ratio
 * integral over q in (0, bound) of q^x (1 - q)^(n - x) dPi(q), over bound^x (1 - bound)^(n - x), where Pi is a
 * Beta(concentration * bound, concentration * (1 - bound)) truncated to (0, bound). While the proportion is at the bound or above it the ratio
 * is a supermartingale, so it reaches 1 / alpha with probability at most alpha however often it is looked at (Ville's inequality; Robbins
 * 1970, Statistical methods related to the law of the iterated logarithm; the beta-binomial mixture is in Howard, Ramdas, McAuliffe and Sekhon 2021).
 * @param events x, need not be whole, in [0, requests].
 * @param requests n.
 * @param bound in (0, 1).
 * @param concentration of the mixing prior, above 0; about the planned requests over 6.3.
 * @returns -Infinity where the incomplete beta underflows, which is not evidence.
 */
export function logEvidenceBelow(events: number, requests: number, bound: number, concentration: number): number {
  const a = concentration * bound;
  const b = concentration * (1 - bound);
  const misses = requests - events;
  const mixture = logBeta(a + events, b + misses) + logBetaCdf(bound, a + events, b + misses);
  if (!(mixture > -Infinity)) return -Infinity;
  const prior = logBeta(a, b) + logBetaCdf(bound, a, b);
  const atBound = events * Math.log(bound) + misses * Math.log1p(-bound);
  return mixture - prior - atBound;
}
