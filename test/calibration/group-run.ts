import { comparedGroups, type GroupSide, ownGroupValue, type SideSize } from '../../src/metrics/groups/group-sides.ts';
import type { LeaveGroupOut } from '../../src/metrics/table/group-metric.ts';
import { leaveGroupsOut } from '../../src/metrics/families/macro-f1.ts';
import { AlertRecall } from '../../src/metrics/families/ranking/alert-recall.ts';
import { PrecisionCurve } from '../../src/metrics/families/ranking/precision-curve.ts';
import { RankedPairs } from '../../src/metrics/families/ranking/ranked-pairs.ts';
import { countSums, effectiveUnits, requestWeightedClusterSize } from '../../src/stats/sums/cluster-size.ts';
import { jackknifeGroups } from '../../src/stats/estimates/jackknife.ts';
import { type Answers, type Classified, drawClassified, type Scores } from './classified.ts';
import type { Ranking } from './ranking-truths.ts';
import type { Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import { simulateLog, type SimulatedLog } from './simulated-log.ts';
import type { Look } from './tally.ts';

type Version = 'baseline' | 'candidate';

/** Simulates one log and estimates a number of rankings or a macro F1, or the difference of two, at every look. */
export function* groupLooks(random: Random, { quantity, population, traffic }: Scenario): Generator<Look> {
  if (quantity.kind !== 'by-groups' || (population.kind !== 'scores' && population.kind !== 'answers')) return;
  const log = simulateLog(random, traffic);
  const classified = drawClassified(random, log, population);
  const { compared, ranking = 'area' } = quantity;
  const share = typeof compared === 'object' && compared.kind === 'served' ? compared.candidateShare : 1;
  const isCandidates = Uint8Array.from({ length: traffic.units }, () => Number(random.chance(share)));
  const served = share < 1;
  const candidate = new GrowingSide(
    log,
    classified,
    population,
    'candidate',
    ranking,
    (unit) => !served || isCandidates[unit] === 1,
  );
  const baseline = new GrowingSide(
    log,
    classified,
    population,
    'baseline',
    ranking,
    (unit) => !served || isCandidates[unit] === 0,
  );
  for (let look = 0; look < traffic.looks; look += 1) {
    const right = candidate.at(look);
    yield compared === 'own'
      ? ownGroupValue(right)
      : comparedGroups(baseline.at(look), right, 'difference', served ? 'served' : 'paired');
  }
}

/** One version on its units' requests so far. */
class GrowingSide {
  readonly #log: SimulatedLog;
  readonly #drawn: Classified;
  readonly #version: Version;
  readonly #valuesAt: (until: number) => LeaveGroupOut;
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
    this.#valuesAt =
      population.kind === 'scores' ? this.#ranked(ranking) : (until) => this.#f1(until, population.frequency.length);
  }

  at(look: number): GroupSide {
    const until = this.#log.until[look] ?? 0;
    return { kind: 'side', size: this.#sizeAt(until), ...this.#valuesAt(until) };
  }

  #sizeAt(until: number): SideSize {
    const requests = new Float64Array(this.#log.unitsUntil.at(-1) ?? 0);
    const hasUnits = Array.from({ length: jackknifeGroups }, () => false);
    for (let request = 0; request < until; request += 1) {
      const unit = this.#log.unit[request] ?? 0;
      if (!this.#isOwn(unit)) continue;
      requests[unit] = (requests[unit] ?? 0) + 1;
      hasUnits[unit % jackknifeGroups] = true;
    }
    const counts = countSums(requests);
    return {
      units: requests.reduce((units, count) => units + Number(count > 0), 0),
      requests: counts.sum,
      effectiveUnits: effectiveUnits(counts),
      clusterSize: requestWeightedClusterSize(counts),
      hasUnits,
    };
  }

  /** All requests of the side are put in order of their score once, and each look passes over those that are there. */
  #ranked(ranking: Ranking): (until: number) => LeaveGroupOut {
    const scores = this.#drawn[this.#version];
    const own = [...scores.keys()].filter((request) => this.#isOwn(this.#log.unit[request] ?? 0));
    const rising = Int32Array.from(own.toSorted((one, other) => (scores[one] ?? 0) - (scores[other] ?? 0)));
    const order = ranking === 'area' ? rising : rising.toReversed();
    return (until) => {
      const there = order.filter((request) => request < until);
      const positive = Float64Array.from(there, (request) => this.#drawn.label[request] ?? 0);
      const ordered = Float64Array.from(there, (request) => scores[request] ?? 0);
      const groups = Float64Array.from(there, (request) => (this.#log.unit[request] ?? 0) % jackknifeGroups);
      const kinds = [0, 1].map((kind) => this.#unitsOf(until, kind));
      return {
        ...valuesOf(ranking, ordered, groups, positive, this.#sizeAt(until).clusterSize),
        effectiveUnits: Math.min(...kinds.map((counts) => effectiveUnits(countSums(counts)))),
      };
    };
  }

  /** Requests with a label by unit. */
  #unitsOf(until: number, label: number): Float64Array {
    const requests = new Float64Array(this.#log.unitsUntil.at(-1) ?? 0);
    for (let request = 0; request < until; request += 1) {
      const unit = this.#log.unit[request] ?? 0;
      if (this.#isOwn(unit) && this.#drawn.label[request] === label) requests[unit] = (requests[unit] ?? 0) + 1;
    }
    return requests;
  }

  #f1(until: number, labels: number): LeaveGroupOut {
    const counts = Array.from({ length: labels }, () => ({
      hits: new Float64Array(jackknifeGroups),
      occurrences: new Float64Array(jackknifeGroups),
    }));
    const answers = this.#drawn[this.#version];
    for (let request = 0; request < until; request += 1) {
      const unit = this.#log.unit[request] ?? 0;
      if (!this.#isOwn(unit)) continue;
      const group = unit % jackknifeGroups;
      const [truth, answer] = [this.#drawn.label[request] ?? 0, answers[request] ?? 0];
      add(counts[truth]?.occurrences, group);
      add(counts[answer]?.occurrences, group);
      if (truth === answer) add(counts[truth]?.hits, group);
    }
    return leaveGroupsOut(counts.filter(({ occurrences }) => occurrences.some((count) => count > 0)));
  }
}

function valuesOf(
  ranking: Ranking,
  scores: Float64Array,
  groups: Float64Array,
  positive: Float64Array,
  clusterSize: number,
): Omit<LeaveGroupOut, 'effectiveUnits'> {
  if (ranking === 'precision') {
    const curve = new PrecisionCurve();
    curve.addInOrder(scores, groups, positive);
    return curve.average(clusterSize);
  }
  if (ranking === 'area') {
    const pairs = new RankedPairs();
    pairs.expectPositives(positive.reduce((sum, one) => sum + one, 0));
    pairs.addInOrder(scores, groups, positive);
    return pairs.areas();
  }
  const byGroup = { requests: new Float64Array(jackknifeGroups), positives: new Float64Array(jackknifeGroups) };
  for (const [row, group] of groups.entries()) {
    add(byGroup.requests, group);
    if (positive[row] === 1) add(byGroup.positives, group);
  }
  const recall = new AlertRecall(ranking.alerts, byGroup);
  recall.addInOrder(scores, groups, positive);
  return recall.recall();
}

function add(counts: Float64Array | undefined, group: number): void {
  if (counts !== undefined) counts[group] = (counts[group] ?? 0) + 1;
}
