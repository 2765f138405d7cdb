import { normalUpperQuantile, normalUpperTail } from '../../src/stats/distributions.ts';
import { trueMacroF1sOf } from './classified.ts';
import type { Population } from './populations.ts';
import { type Ranking, rankingTruths } from './ranking-truths.ts';
import type { Traffic } from './simulated-log.ts';

/** What is estimated. */
export type Quantity =
  | { readonly kind: 'own' }
  | { readonly kind: 'difference'; readonly relative: boolean; readonly design: Design }
  | { readonly kind: 'root-mean-square'; readonly compared: 'own' | Design }
  /** Of two versions on the same requests, each with its own denominator. */
  | { readonly kind: 'ratio-difference'; readonly relative: boolean }
  /** A number of rankings (the area where absent) or macro F1, whichever the population has. */
  | { readonly kind: 'by-influence'; readonly compared: 'own' | Design; readonly ranking?: Ranking }
  | { readonly kind: 'own-quantile'; readonly probability: number }
  | {
      readonly kind: 'quantile-difference';
      readonly probability: number;
      readonly relative: boolean;
      readonly design: Design;
    };

/** Pairs, or two groups with the candidate on this share of the units. */
export type Design = { readonly kind: 'paired' } | { readonly kind: 'served'; readonly candidateShare: number };

/** One cell of the calibration: its bound sits exactly on the truth. */
export interface Scenario {
  readonly quantity: Quantity;
  readonly population: Population;
  readonly traffic: Traffic;
  readonly plannedUnits: number;
  /** Units at the planned end, where the bounds are those of `inference: planned`; the log may end before it or go on after it. */
  readonly horizon?: number;
}

/** The quantity's true value, on which the simulated bound sits. */
export function truthOf({ quantity, population }: Scenario): number {
  const [baseline, candidate] = trueValues(quantity, population);
  if (quantity.kind === 'own' || quantity.kind === 'own-quantile') return candidate;
  if (quantity.kind === 'by-influence' || quantity.kind === 'root-mean-square')
    return quantity.compared === 'own' ? candidate : candidate - baseline;
  return quantity.relative ? candidate / baseline - 1 : candidate - baseline;
}

function trueValues(quantity: Quantity, population: Population): [number, number] {
  if (population.kind === 'answers') return trueMacroF1sOf(population);
  if (population.kind === 'scores') {
    return rankingTruths(population, quantity.kind === 'by-influence' ? (quantity.ranking ?? 'area') : 'area');
  }
  if (population.kind === 'extremes') {
    const { usual, difference, met } = population;
    return met === 'candidate' ? [usual, usual + difference] : [usual + difference, usual];
  }
  if (population.kind === 'spending') {
    const mean = population.buyers * Math.exp(population.sigma ** 2 / 2);
    return [mean, mean];
  }
  if (population.kind === 'proportions') return [population.baselineRate, population.candidateRate];
  if (quantity.kind === 'own' || quantity.kind === 'difference' || quantity.kind === 'ratio-difference') {
    const mean = Math.exp(population.sigma ** 2 / 2);
    return [mean, population.ratio * mean];
  }
  if (quantity.kind === 'root-mean-square') {
    const root = Math.exp(population.sigma ** 2);
    return [root, population.ratio * root];
  }
  if (quantity.kind === 'by-influence') throw new RangeError('durations have no labels');
  const { sigma, ratio, step } = population;
  if (step !== undefined) {
    const of = (median: number) => steppedQuantile(sigma, median, step, quantity.probability);
    return [of(1), of(ratio)];
  }
  const quantile = Math.exp(sigma * normalUpperQuantile(1 - quantity.probability));
  return [quantile, ratio * quantile];
}

/** The quantile of the mid-distribution of lognormal durations that are rounded to multiples of a step, none to 0. */
function steppedQuantile(sigma: number, median: number, step: number, probability: number): number {
  const atMost = (times: number) => 1 - normalUpperTail(Math.log(((times + 0.5) * step) / median) / sigma);
  const middle = (times: number) => (times === 1 ? atMost(1) / 2 : (atMost(times - 1) + atMost(times)) / 2);
  let times = 1;
  while (middle(times + 1) <= probability) times += 1;
  return step * (times + (probability - middle(times)) / (middle(times + 1) - middle(times)));
}
