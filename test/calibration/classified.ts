import type { Random } from './random.ts';
import type { SimulatedLog } from './simulated-log.ts';

/**
 * Two labels and a score of the positive one: normal, higher by the version's `separation` where the label is positive. A unit repeats its own
 * label with a chance whose square is `correlation`, which is also the share of its scores' variance that they have in common.
 */
export interface Scores {
  readonly kind: 'scores';
  /** Share of requests whose label is the positive one. */
  readonly prevalence: number;
  readonly separation: { readonly baseline: number; readonly candidate: number };
  /** Correlation of the two versions' scores on one request. */
  readonly pairing: number;
  readonly correlation: number;
  /** Share of the negatives that the candidate scores above everything else; none where absent. */
  readonly topped?: number;
}

/**
 * Labels of unequal frequency and both versions' answers: right with a chance, else any of the labels by their frequency. The candidate
 * decides anew on a share of the requests. A unit repeats its own request with a chance whose square is `correlation`.
 */
export interface Answers {
  readonly kind: 'answers';
  /** Share of requests per label, summing to 1. */
  readonly frequency: readonly number[];
  readonly right: { readonly baseline: number; readonly candidate: number };
  /** Share of requests on which the candidate does not just repeat the baseline's answer. */
  readonly anew: number;
  readonly correlation: number;
}

/** What both versions made of each request of a log: the label (0 or 1 for scores) and two scores or answers. */
export interface Classified {
  readonly label: Float64Array;
  readonly baseline: Float64Array;
  readonly candidate: Float64Array;
}

/** Both versions' true macro F1. */
export function trueMacroF1sOf(population: Answers): [number, number] {
  const { frequency, right, anew } = population;
  const candidate = anew * right.candidate + (1 - anew) * right.baseline;
  return [macroF1Of(frequency, right.baseline), macroF1Of(frequency, candidate)];
}

/** With answers that are wrong by the labels' frequency every label is answered as often as it is true. */
function macroF1Of(frequency: readonly number[], right: number): number {
  const hits = frequency.map((share) => right + (1 - right) * share);
  return hits.reduce((sum, hit) => sum + hit, 0) / frequency.length;
}

/** Draws what both versions make of every request. */
export function drawClassified(random: Random, log: SimulatedLog, population: Scores | Answers): Classified {
  const drawn = {
    label: new Float64Array(log.requests),
    baseline: new Float64Array(log.requests),
    candidate: new Float64Array(log.requests),
  };
  if (population.kind === 'scores') drawScores(random, log, population, drawn);
  else drawAnswers(random, log, population, drawn);
  return drawn;
}

function drawScores(random: Random, log: SimulatedLog, population: Scores, drawn: Classified): void {
  const { prevalence, separation, pairing, correlation, topped = 0 } = population;
  const units = log.unitsUntil.at(-1) ?? 0;
  const [shared, own] = [Math.sqrt(correlation), Math.sqrt(1 - correlation)];
  const fresh = Math.sqrt(1 - pairing * pairing);
  const ownLabel = Uint8Array.from({ length: units }, () => Number(random.chance(prevalence)));
  const ownBaseline = Float64Array.from({ length: units }, () => random.normal());
  const ownCandidate = ownBaseline.map((value) => pairing * value + fresh * random.normal());
  for (let request = 0; request < log.requests; request += 1) {
    const unit = log.unit[request] ?? 0;
    const label = random.chance(shared) ? (ownLabel[unit] ?? 0) : Number(random.chance(prevalence));
    const noise = random.normal();
    drawn.label[request] = label;
    drawn.baseline[request] = separation.baseline * label + shared * (ownBaseline[unit] ?? 0) + own * noise;
    drawn.candidate[request] =
      separation.candidate * label +
      shared * (ownCandidate[unit] ?? 0) +
      own * (pairing * noise + fresh * random.normal());
    if (topped > 0 && label === 0 && random.chance(topped)) drawn.candidate[request] = 100 + random.uniform();
  }
}

function drawAnswers(random: Random, log: SimulatedLog, population: Answers, drawn: Classified): void {
  const { frequency, right, anew } = population;
  const units = log.unitsUntil.at(-1) ?? 0;
  const label = () => drawLabel(random, frequency);
  const drawOne = (): [number, number, number] => {
    const truth = label();
    const baseline = random.chance(right.baseline) ? truth : label();
    if (!random.chance(anew)) return [truth, baseline, baseline];
    return [truth, baseline, random.chance(right.candidate) ? truth : label()];
  };
  const repeat = Math.sqrt(population.correlation);
  const own = Array.from({ length: units }, drawOne);
  for (let request = 0; request < log.requests; request += 1) {
    const [truth, baseline, candidate] = (random.chance(repeat) ? own[log.unit[request] ?? 0] : undefined) ?? drawOne();
    drawn.label[request] = truth;
    drawn.baseline[request] = baseline;
    drawn.candidate[request] = candidate;
  }
}

function drawLabel(random: Random, frequency: readonly number[]): number {
  let left = random.uniform();
  for (const [label, share] of frequency.entries()) {
    left -= share;
    if (left < 0) return label;
  }
  return frequency.length - 1;
}
