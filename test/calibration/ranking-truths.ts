import { normalUpperTail } from '../../src/stats/distributions.ts';
import type { Scores } from './classified.ts';

/** Which number of a ranking is estimated: the area under the ROC curve, the average precision, or the recall at a share of alarms. */
export type Ranking = 'area' | 'precision' | { readonly alerts: number };

type Version = 'baseline' | 'candidate';

/** Both versions' true values of a number of their rankings. */
export function rankingTruths(population: Scores, ranking: Ranking): [number, number] {
  const of = (version: Version) => {
    if (ranking === 'area') return 1 - normalUpperTail(population.separation[version] / Math.SQRT2);
    return ranking === 'precision'
      ? averagePrecision(population, version)
      : recallAt(population, version, ranking.alerts);
  };
  return [of('baseline'), of('candidate')];
}

/** The precision above each positive's score, over the positives (trapezoids of a width that 12 digits do not depend on). */
function averagePrecision(population: Scores, version: Version): number {
  const separation = population.separation[version];
  const steps = 20_000;
  const width = 20 / steps;
  let sum = 0;
  for (let step = 0; step <= steps; step += 1) {
    const score = separation - 10 + step * width;
    const density = Math.exp(-((score - separation) ** 2) / 2) / Math.sqrt(2 * Math.PI);
    const { positives, negatives } = above(population, version, score);
    sum += positives === 0 ? 0 : density * (positives / (positives + negatives)) * width;
  }
  return sum;
}

/** The cut is found by halving: the share of requests above it falls with it. */
function recallAt(population: Scores, version: Version, alerts: number): number {
  let [low, high] = [-20, 20];
  for (let step = 0; step < 80; step += 1) {
    const middle = (low + high) / 2;
    const { positives, negatives } = above(population, version, middle);
    if (positives + negatives > alerts) low = middle;
    else high = middle;
  }
  return above(population, version, low).positives / population.prevalence;
}

/** Shares of all requests above a score. */
function above({ prevalence, separation, topped = 0 }: Scores, version: Version, score: number) {
  const surprising = version === 'candidate' ? topped : 0;
  return {
    positives: prevalence * normalUpperTail(score - separation[version]),
    negatives: (1 - prevalence) * (surprising + (1 - surprising) * normalUpperTail(score)),
  };
}
