import type { Metric } from '../../src/domain/metric.ts';
import type { Answers, Scores } from './classified.ts';
import type { Random } from './random.ts';
import type { SimulatedLog } from './simulated-log.ts';

/** Values of both versions, one per request of a log. */
export interface Values {
  readonly baseline: Float64Array;
  readonly candidate: Float64Array;
}

/** How values are drawn. Two requests of one unit have correlation `correlation`. */
export type Population = Proportions | Durations | Extremes | Spending | Scores | Answers;

export interface Proportions {
  readonly kind: 'proportions';
  readonly baselineRate: number;
  readonly candidateRate: number;
  /** Share of requests on which the versions disagree beyond what the rates force, in each direction. */
  readonly churn: number;
  readonly correlation: number;
}

/** Lognormal durations with median 1 (baseline) and `ratio` (candidate). */
export interface Durations {
  readonly kind: 'durations';
  readonly sigma: number;
  readonly ratio: number;
  /** Correlation of the logarithms of the two versions on one request. */
  readonly pairing: number;
  readonly correlation: number;
  /** What they are rounded to a multiple of, as in whole ms; as they are where absent. */
  readonly step?: number;
}

/** About `usual` a request, and on seldom requests of one version the most that a request can be: all its harm, or all that it spares. */
export interface Extremes {
  readonly kind: 'extremes';
  readonly metric: Metric;
  readonly usual: number;
  readonly extreme: number;
  /** By how much the version that meets them has the larger mean. */
  readonly difference: number;
  readonly met: keyof Values;
  readonly correlation: number;
}

/** What users spend, of whom only a share buy at all: lognormal amounts, in truth the same of either version. */
export interface Spending {
  readonly kind: 'spending';
  readonly buyers: number;
  readonly sigma: number;
  readonly correlation: 0;
}

/** Draws both versions' values for every request. */
export function drawValues(random: Random, log: SimulatedLog, population: Population): Values {
  const values = { baseline: new Float64Array(log.requests), candidate: new Float64Array(log.requests) };
  const units = log.unitsUntil.at(-1) ?? 0;
  if (population.kind === 'proportions') drawProportions(random, log, population, values, units);
  else if (population.kind === 'durations') drawDurations(random, log, population, values, units);
  else if (population.kind === 'extremes') drawExtremes(random, log, population, values, units);
  else if (population.kind === 'spending') drawSpending(random, log, population, values);
  else throw new RangeError('labels and answers are drawn by drawClassified');
  return values;
}

function drawProportions(
  random: Random,
  log: SimulatedLog,
  population: Proportions,
  values: Values,
  units: number,
): void {
  const { baselineRate, candidateRate, churn } = population;
  const harm = (churn + Math.max(0, candidateRate - baselineRate)) / (1 - baselineRate);
  const help = (churn + Math.max(0, baselineRate - candidateRate)) / baselineRate;
  const candidateOf = (event: boolean) => (event ? !random.chance(help) : random.chance(harm));
  // Each request repeats its unit's own draw with this probability, so two of them have the correlation asked for.
  const repeat = Math.sqrt(population.correlation);
  const ownBaseline = new Uint8Array(units);
  const ownCandidate = new Uint8Array(units);
  for (let unit = 0; unit < units; unit += 1) {
    const event = random.chance(baselineRate);
    ownBaseline[unit] = Number(event);
    ownCandidate[unit] = Number(candidateOf(event));
  }
  for (let request = 0; request < log.requests; request += 1) {
    const unit = log.unit[request] ?? 0;
    if (random.chance(repeat)) {
      values.baseline[request] = ownBaseline[unit] ?? 0;
      values.candidate[request] = ownCandidate[unit] ?? 0;
    } else {
      const event = random.chance(baselineRate);
      values.baseline[request] = Number(event);
      values.candidate[request] = Number(candidateOf(event));
    }
  }
}

function drawDurations(random: Random, log: SimulatedLog, population: Durations, values: Values, units: number): void {
  const { sigma, ratio, pairing, correlation, step } = population;
  const recorded = (value: number) => (step === undefined ? value : Math.max(step, step * Math.round(value / step)));
  const [shared, own] = [Math.sqrt(correlation), Math.sqrt(1 - correlation)];
  const [copied, fresh] = [pairing, Math.sqrt(1 - pairing * pairing)];
  const unitBaseline = new Float64Array(units).map(() => random.normal());
  const unitCandidate = unitBaseline.map((value) => copied * value + fresh * random.normal());
  for (let request = 0; request < log.requests; request += 1) {
    const unit = log.unit[request] ?? 0;
    const noise = random.normal();
    const baseline = shared * (unitBaseline[unit] ?? 0) + own * noise;
    const candidate = shared * (unitCandidate[unit] ?? 0) + own * (copied * noise + fresh * random.normal());
    values.baseline[request] = recorded(Math.exp(sigma * baseline));
    values.candidate[request] = recorded(ratio * Math.exp(sigma * candidate));
  }
}

function drawExtremes(random: Random, log: SimulatedLog, population: Extremes, values: Values, units: number): void {
  const { usual, extreme, met, difference, correlation } = population;
  const rate = difference / extreme;
  const repeat = Math.sqrt(correlation);
  const ownDraw = Uint8Array.from({ length: units }, () => Number(random.chance(rate)));
  for (let request = 0; request < log.requests; request += 1) {
    const unit = log.unit[request] ?? 0;
    values.baseline[request] = usual * (1 + 0.1 * random.normal());
    values.candidate[request] = usual * (1 + 0.1 * random.normal());
    const isMet = correlation > 0 && random.chance(repeat) ? ownDraw[unit] === 1 : random.chance(rate);
    if (isMet) values[met][request] = (values[met][request] ?? 0) + extreme;
  }
}

function drawSpending(random: Random, log: SimulatedLog, { buyers, sigma }: Spending, values: Values): void {
  for (let request = 0; request < log.requests; request += 1) {
    const spent = random.chance(buyers) ? Math.exp(sigma * random.normal()) : 0;
    values.baseline[request] = spent;
    values.candidate[request] = spent;
  }
}
