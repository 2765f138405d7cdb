import { LabelScores } from '../../src/metrics/families/label-scores.ts';
import { AlertRecall } from '../../src/metrics/families/ranking/alert-recall.ts';
import { PlacementValues } from '../../src/metrics/families/ranking/placement-values.ts';
import { PrecisionCurve } from '../../src/metrics/families/ranking/precision-curve.ts';
import { type RankedUnits, rankedUnits } from '../../src/metrics/families/ranking/ranked-units.ts';
import { influencedValue, pairedInfluenced, servedInfluenced } from '../../src/stats/estimates/influenced.ts';
import { influencePair, influenceSums, type UnitInfluences } from '../../src/stats/sums/influence-sums.ts';
import { type Answers, type Classified, drawClassified, type Scores } from './classified.ts';
import type { Ranking } from './ranking-truths.ts';
import type { Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import { simulateLog, type SimulatedLog } from './simulated-log.ts';
import type { Look } from './tally.ts';

type Version = 'baseline' | 'candidate';

/** Simulates one log and estimates a number of rankings or a macro F1, or the difference of two, at every look. */
export function* influenceLooks(random: Random, { quantity, population, traffic }: Scenario): Generator<Look> {
  if (quantity.kind !== 'by-influence' || (population.kind !== 'scores' && population.kind !== 'answers')) return;
  const log = simulateLog(random, traffic);
  const drawn = drawClassified(random, log, population);
  const { compared, ranking = 'area' } = quantity;
  const share = typeof compared === 'object' && compared.kind === 'served' ? compared.candidateShare : 1;
  const isCandidates = Uint8Array.from({ length: traffic.units }, () => Number(random.chance(share)));
  const served = share < 1;
  const side = (version: Version, group: number) =>
    new GrowingSide(log, drawn, population, version, ranking, (unit) => !served || isCandidates[unit] === group);
  const [candidate, baseline] = [side('candidate', 1), side('baseline', 0)];
  for (let look = 0; look < traffic.looks; look += 1) {
    const right = candidate.at(look);
    yield compared === 'own' ? ownValue(right) : difference(baseline.at(look), right, served);
  }
}

function ownValue(units: UnitInfluences): Look {
  const sums = influenceSums(units);
  return sums.kind === 'uncomputable' ? sums : influencedValue(sums);
}

function difference(baseline: UnitInfluences, candidate: UnitInfluences, served: boolean): Look {
  if (!served) {
    const pair = influencePair(baseline, candidate, 1);
    return pair.kind === 'uncomputable' ? pair : pairedInfluenced(pair, 'difference');
  }
  const [left, right] = [influenceSums(baseline), influenceSums(candidate)];
  if (left.kind === 'uncomputable') return left;
  return right.kind === 'uncomputable' ? right : servedInfluenced(left, right, 'difference');
}

/** One version on its units' requests so far. */
class GrowingSide {
  readonly #log: SimulatedLog;
  readonly #drawn: Classified;
  readonly #version: Version;
  readonly #influencesAt: (until: number) => UnitInfluences;
  readonly #isOwn: (unit: number) => boolean;

  constructor(
    log: SimulatedLog,
    drawn: Classified,
    population: Scores | Answers,
    version: Version,
    ranking: Ranking,
    isOwn: (unit: number) => boolean,
  ) {
    this.#log = log;
    this.#drawn = drawn;
    this.#version = version;
    this.#isOwn = isOwn;
    this.#influencesAt =
      population.kind === 'scores' ? this.#ranked(ranking) : (until) => this.#f1(until, population.frequency.length);
  }

  at(look: number): UnitInfluences {
    return this.#influencesAt(this.#log.until[look] ?? 0);
  }

  /** All requests of the side are put in order of their score once, and each look passes over those that are there. */
  #ranked(ranking: Ranking): (until: number) => UnitInfluences {
    const scores = this.#drawn[this.#version];
    const own = [...scores.keys()].filter((request) => this.#isOwn(this.#log.unit[request] ?? 0));
    const falling = Int32Array.from(own.toSorted((one, other) => (scores[other] ?? 0) - (scores[one] ?? 0)));
    return (until) => {
      const there = falling.filter((request) => request < until);
      const positive = Float64Array.from(there, (request) => this.#drawn.label[request] ?? 0);
      const ordered = Float64Array.from(there, (request) => scores[request] ?? 0);
      const units = Float64Array.from(there, (request) => this.#log.unit[request] ?? 0);
      return rankedBy(ranking, rankedUnits(this.#requestsAt(until), this.#requestsAt(until, 1)), (target) =>
        target.addInOrder(ordered, units, positive),
      );
    };
  }

  /** Requests by unit, all of them or those with a label. */
  #requestsAt(until: number, label?: number): Float64Array {
    const requests = new Float64Array(this.#log.unitsUntil.at(-1) ?? 0);
    for (let request = 0; request < until; request += 1) {
      const unit = this.#log.unit[request] ?? 0;
      const counts = label === undefined || this.#drawn.label[request] === label;
      if (counts && this.#isOwn(unit)) requests[unit] = (requests[unit] ?? 0) + 1;
    }
    return requests;
  }

  #f1(until: number, labels: number): UnitInfluences {
    const requests = this.#requestsAt(until);
    const zeros = () => Array.from({ length: labels }, () => new Float64Array(requests.length));
    const [hits, truths, answered] = [zeros(), zeros(), zeros()];
    const answers = this.#drawn[this.#version];
    for (let request = 0; request < until; request += 1) {
      const unit = this.#log.unit[request] ?? 0;
      if (!this.#isOwn(unit)) continue;
      const [truth, answer] = [this.#drawn.label[request] ?? 0, answers[request] ?? 0];
      add(truths[truth], unit);
      add(answered[answer], unit);
      if (truth === answer) add(hits[truth], unit);
    }
    const present = [...truths.keys()].filter((label) => sumOf(truths[label]) + sumOf(answered[label]) > 0);
    const counts = present.map((label) => ({
      label: String(label),
      hits: sumOf(hits[label]),
      truths: sumOf(truths[label]),
      occurrences: sumOf(truths[label]) + sumOf(answered[label]),
    }));
    const scores = new LabelScores(counts, requests);
    for (const [place, label] of present.entries()) {
      for (const unit of requests.keys()) {
        const occurrences = (truths[label]?.[unit] ?? 0) + (answered[label]?.[unit] ?? 0);
        if (occurrences > 0) scores.add(unit, place, hits[label]?.[unit] ?? 0, occurrences);
      }
    }
    return scores.macroF1();
  }
}

function rankedBy(
  ranking: Ranking,
  units: RankedUnits,
  feed: (target: Pick<PrecisionCurve, 'addInOrder'>) => void,
): UnitInfluences {
  if (ranking === 'precision') {
    const curve = new PrecisionCurve(units);
    feed(curve);
    return curve.average();
  }
  if (ranking === 'area') {
    const placements = new PlacementValues(units);
    feed(placements);
    return placements.area();
  }
  const recall = new AlertRecall(ranking.alerts, units);
  feed(recall);
  return recall.recall();
}

function add(counts: Float64Array | undefined, unit: number): void {
  if (counts !== undefined) counts[unit] = (counts[unit] ?? 0) + 1;
}

function sumOf(counts: Float64Array = new Float64Array()): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
