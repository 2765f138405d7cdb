import type { Design, Quantity, Scenario } from './scenario.ts';
import type { Durations, Population, Proportions } from './populations.ts';
import type { Traffic } from './simulated-log.ts';

/** One row of the table: what it is called and what is simulated. */
export interface Cell {
  readonly title: string;
  readonly scenario: Scenario;
}

/** Cells that belong together, in the order of the table. */
export interface Family {
  readonly title: string;
  readonly cells: readonly Cell[];
}

const looks = 20;
export const paired: Design = { kind: 'paired' };
const splits = [0.05, 0.5, 0.95] as const;
export const served = splits.map((candidateShare): Design => ({ kind: 'served', candidateShare }));
const correlations = [0, 0.3, 0.9] as const;

/** A tail so heavy that all units reach so many requests. */
function isEach(mostRequests: number): boolean {
  return mostRequests === 10 || mostRequests === 20;
}

/** Units with one request, units with up to 50 and a heavy tail, and units with ten each: a tail so heavy that all reach it. */
export function traffic(units: number, mostRequests: number): Traffic {
  return { units, firstUnits: Math.min(30, units), looks, mostRequests, tail: isEach(mostRequests) ? 1e-9 : 1.2 };
}

function name(quantity: string, design: Design | undefined, shape: Traffic, correlation: number): string {
  const split = design?.kind === 'served' ? `, ${Math.round(100 * design.candidateShare)}% candidate` : '';
  const activity = isEach(shape.mostRequests) ? `${shape.mostRequests} each` : `1 to ${shape.mostRequests}`;
  return `${quantity}${split}, ${shape.units} units, ${shape.mostRequests === 1 ? '1 each' : activity}, correlation ${correlation}`;
}

export function cell(label: string, quantity: Quantity, population: Population, shape: Traffic): Cell {
  const design = designOf(quantity);
  return {
    title: name(label, design, shape, population.correlation),
    scenario: { quantity, population, traffic: shape, plannedUnits: 1000 },
  };
}

function designOf(quantity: Quantity): Design | undefined {
  if ('design' in quantity) return quantity.design;
  return 'compared' in quantity && quantity.compared !== 'own' ? quantity.compared : undefined;
}

/** Every combination of two lists. */
export function cross<Left, Right>(left: readonly Left[], right: readonly Right[]): [Left, Right][] {
  return left.flatMap((one) => right.map((other): [Left, Right] => [one, other]));
}

/** Single requests carry no correlation, so only one value of it is worth simulating. */
export function shapes(units: readonly number[], most: readonly number[]): [Traffic, number][] {
  return cross(cross(units, most), correlations)
    .filter(([[, mostRequests], correlation]) => mostRequests > 1 || correlation === 0)
    .map(([[count, mostRequests], correlation]) => [traffic(count, mostRequests), correlation]);
}

export function ratesOf(rate: number, correlation: number): Proportions {
  return { kind: 'proportions', baselineRate: rate, candidateRate: rate, churn: 0, correlation };
}

export const own: Quantity = { kind: 'own' };
const rates = [0.001, 0.008, 0.05, 0.5] as const;

export const ownProportions: Family = {
  title: 'One proportion against max or min (beta-binomial; Clopper-Pearson)',
  cells: cross(rates, shapes([30, 300, 5000], [1, 10, 50])).map(([rate, [shape, correlation]]) =>
    cell(`rate ${rate}`, own, ratesOf(rate, correlation), shape),
  ),
};

/** Baseline rate, candidate rate, churn: several margins, and changes that go one way only. */
const changes = [
  [0.001, 0.003, 0.0005],
  [0.01, 0.01, 0.002],
  [0.1, 0.13, 0],
  [0.1, 0.11, 0.02],
  [0.5, 0.45, 0.02],
] as const;

export function proportionPopulation(
  [baselineRate, candidateRate, churn]: (typeof changes)[number],
  correlation: number,
): Proportions {
  return { kind: 'proportions', baselineRate, candidateRate, churn, correlation };
}

export const pairedProportions: Family = {
  title: 'Paired difference of proportions',
  cells: cross(changes, shapes([30, 300, 5000], [1, 10, 50])).map(([change, [shape, correlation]]) =>
    cell(
      `${change[0]} to ${change[1]}, churn ${change[2]}`,
      { kind: 'difference', relative: false, design: paired },
      proportionPopulation(change, correlation),
      shape,
    ),
  ),
};

export const pairedRatios: Family = {
  title: 'Paired difference of precisions (each version with its own denominator)',
  cells: cross([false, true], cross(changes, shapes([300, 5000], [1, 50]))).map(
    ([relative, [change, [shape, correlation]]]) =>
      cell(
        `${relative ? 'relative, ' : ''}${change[0]} to ${change[1]}, churn ${change[2]}`,
        { kind: 'ratio-difference', relative },
        proportionPopulation(change, correlation),
        shape,
      ),
  ),
};

export const servedProportions: Family = {
  title: 'Served difference of proportions',
  cells: cross(served, cross(changes, shapes([600, 5000], [1, 50]))).map(([design, [change, [shape, correlation]]]) =>
    cell(
      `${change[0]} to ${change[1]}`,
      { kind: 'difference', relative: false, design },
      proportionPopulation(change, correlation),
      shape,
    ),
  ),
};

export const relativeProportions: Family = {
  title: 'Relative difference of proportions',
  cells: cross([paired, ...served], cross(changes, shapes([1000, 5000], [1, 50]))).map(
    ([design, [change, [shape, correlation]]]) =>
      cell(
        `${change[0]} to ${change[1]}`,
        { kind: 'difference', relative: true, design },
        proportionPopulation(change, correlation),
        shape,
      ),
  ),
};

export function durations(sigma: number, correlation: number, step?: number): Durations {
  const rounded = step === undefined ? {} : { step };
  return { kind: 'durations', sigma, ratio: 1.1, pairing: 0.7, correlation, ...rounded };
}

const meanQuantities: [string, Quantity][] = [
  ['own', own],
  ...cross([paired, ...served], [false, true]).map(([design, relative]): [string, Quantity] => [
    `${design.kind}${relative ? ' relative' : ''}`,
    { kind: 'difference', relative, design },
  ]),
];

export const means: Family = {
  title: 'Means of lognormal durations',
  cells: cross(cross([0.5, 1.2], meanQuantities), shapes([100, 1000, 5000], [1, 50])).map(
    ([[sigma, [label, quantity]], [shape, correlation]]) =>
      cell(`${label}, sigma ${sigma}`, quantity, durations(sigma, correlation), shape),
  ),
};

export const quantileQuantities = (probability: number): [string, Quantity][] => [
  ['own', { kind: 'own-quantile', probability }],
  ...cross([paired, ...served], [false, true]).map(([design, relative]): [string, Quantity] => [
    `${design.kind}${relative ? ' relative' : ''}`,
    { kind: 'quantile-difference', probability, relative, design },
  ]),
];

export const quantiles: Family = {
  title: 'Quantiles of lognormal durations',
  cells: cross([0.5, 0.95, 0.99], shapes([300, 3000], [1, 50])).flatMap(([probability, [shape, correlation]]) =>
    quantileQuantities(probability).map(([label, quantity]) =>
      cell(`p${100 * probability} ${label}`, quantity, durations(0.8, correlation), shape),
    ),
  ),
};

export const compared = ['own', paired, served[0], served[1]] as const;
export const comparedName = (design: (typeof compared)[number]) =>
  typeof design === 'string' ? design : (design?.kind ?? '');

export const rootMeans: Family = {
  title: 'Root mean square of lognormal errors (linearised by unit)',
  cells: cross(compared, shapes([100, 1000, 5000], [1, 50])).map(([design, [shape, correlation]]) =>
    cell(
      comparedName(design),
      { kind: 'root-mean-square', compared: design ?? 'own' },
      durations(0.3, correlation),
      shape,
    ),
  ),
};

/** Prevalence of the positive label, and how far its scores are from the other's in either version. */
const scores = [
  [0.5, 1, 0.9],
  [0.05, 1, 0.9],
  [0.2, 2.5, 2.5],
] as const;

export const areas: Family = {
  title: 'Area under the ROC curve (linearised by unit)',
  cells: cross(scores, cross(compared, shapes([100, 1000, 5000], [1, 50]))).map(
    ([[prevalence, baseline, candidate], [design, [shape, correlation]]]) =>
      cell(
        `${comparedName(design)}, ${100 * prevalence}% positive, ${baseline} to ${candidate} apart`,
        { kind: 'by-influence', compared: design ?? 'own' },
        { kind: 'scores', prevalence, separation: { baseline, candidate }, pairing: 0.8, correlation },
        shape,
      ),
  ),
};

/** Frequencies of the labels, and how often either version knows the answer. */
const answers = [
  [[0.5, 0.5], 0.8, 0.75],
  [[0.4, 0.3, 0.2, 0.1], 0.8, 0.8],
  [[0.6, 0.27, 0.1, 0.03], 0.9, 0.85],
] as const;

export const macroF1s: Family = {
  title: 'Macro F1 (linearised by unit)',
  cells: cross(answers, cross(compared, shapes([100, 1000, 5000], [1, 50]))).map(
    ([[frequency, baseline, candidate], [design, [shape, correlation]]]) =>
      cell(
        `${comparedName(design)}, labels ${frequency.map((share) => Math.round(100 * share)).join('/')}, ${baseline} to ${candidate}`,
        { kind: 'by-influence', compared: design ?? 'own' },
        { kind: 'answers', frequency, right: { baseline, candidate }, anew: 0.3, correlation },
        shape,
      ),
  ),
};

/** Where every method fails: most of the mean is carried by values that a sample of this size has seldom met. */
export const unmetTails: Family = {
  title: 'Known limit: means of durations with a very heavy tail (sigma 2: the top 1% carry a third)',
  cells: shapes([300, 5000], [1, 50]).flatMap(([shape, correlation]) => [
    cell('own', own, durations(2, correlation), shape),
    cell('paired', { kind: 'difference', relative: false, design: paired }, durations(2, correlation), shape),
  ]),
};
