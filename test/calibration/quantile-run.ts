import {
  clusteredQuantile,
  type ClusteredQuantile,
  type CountedWindow,
  quantileWindow,
} from '../../src/stats/estimates/clustered-quantile.ts';
import { midWeight } from '../../src/stats/estimates/mid-quantile.ts';
import { pairedIndicators } from '../../src/stats/estimates/paired-indicators.ts';
import {
  ownQuantile,
  quantileDifference,
  quantileRelativeDifference,
} from '../../src/stats/estimates/quantile-difference.ts';
import type { Refusal, Uncomputable } from '../../src/stats/result.ts';
import { dealUnits, type Groups } from './columns.ts';
import { drawValues, type Values } from './populations.ts';
import type { Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import { simulateLog, type SimulatedLog } from './simulated-log.ts';
import { SortedValues } from './sorted-values.ts';
import type { Look } from './tally.ts';

/** Simulates one log and estimates a quantile, or a difference of two, at every look. */
export function* quantileLooks(random: Random, scenario: Scenario): Generator<Look> {
  const { quantity, population, traffic } = scenario;
  if (quantity.kind !== 'own-quantile' && quantity.kind !== 'quantile-difference') return;
  const log = simulateLog(random, traffic);
  const values = drawValues(random, log, population);
  const design = quantity.kind === 'quantile-difference' ? quantity.design : ({ kind: 'paired' } as const);
  const groups = dealUnits(random, log, design);
  const baselineGroup = design.kind === 'paired' ? 1 : 0;
  const baseline = new Side(log, values, 'baseline', groups, baselineGroup, quantity.probability);
  const candidate = new Side(log, values, 'candidate', groups, 1, quantity.probability);
  for (let look = 0; look < traffic.looks; look += 1) {
    const right = candidate.at(look);
    if (quantity.kind === 'own-quantile') {
      yield right.kind === 'quantile' ? ownQuantile(right) : right;
      continue;
    }
    const left = baseline.at(look);
    if (left.kind !== 'quantile') {
      yield left;
      continue;
    }
    if (right.kind !== 'quantile') {
      yield right;
      continue;
    }
    const pairing = design.kind === 'paired' ? pairedIndicators(left.window, right.window) : 'served';
    const compare = quantity.relative ? quantileRelativeDifference : quantileDifference;
    yield compare(left, right, pairing);
  }
}

/** One version's values on one group of units. */
class Side {
  readonly #sorted = new SortedValues();
  readonly #log: SimulatedLog;
  readonly #values: Float64Array;
  readonly #groups: Groups;
  readonly #group: number;
  readonly #probability: number;

  constructor(
    log: SimulatedLog,
    values: Values,
    version: keyof Values,
    groups: Groups,
    group: number,
    probability: number,
  ) {
    this.#log = log;
    this.#values = values[version];
    this.#groups = groups;
    this.#group = group;
    this.#probability = probability;
  }

  at(look: number): ClusteredQuantile<CountedWindow> | Refusal | Uncomputable {
    const { unit, until } = this.#log;
    const from = look === 0 ? 0 : (until[look - 1] ?? 0);
    const to = until[look] ?? 0;
    const added: number[] = [];
    for (let request = from; request < to; request += 1) {
      if (this.#groups.group[unit[request] ?? 0] === this.#group) added.push(this.#values[request] ?? 0);
    }
    this.#sorted.merge(Float64Array.from(added));

    const quantile = this.#sorted.quantile(this.#probability);
    const units = this.#groups.position.length;
    const requests = new Float64Array(units);
    const atMost = new Float64Array(units);
    const beyond = new Set<number>();
    for (let request = 0; request < to; request += 1) {
      const own = unit[request] ?? 0;
      if (this.#groups.group[own] !== this.#group) continue;
      const position = this.#groups.position[own] ?? 0;
      requests[position] = (requests[position] ?? 0) + 1;
      const value = this.#values[request] ?? 0;
      atMost[position] = (atMost[position] ?? 0) + midWeight(quantile, value);
      if (value > quantile.value) beyond.add(position);
    }
    const { value: point, heaviest } = quantile;
    const counts = { requests, atMost, unitsBeyond: beyond.size, heaviest };
    const window = quantileWindow({ probability: this.#probability, quantile: point, ...counts });
    if (window.kind !== 'window') return window;
    const [below, above] = [window.below, window.above].map((at) => this.#sorted.quantile(at).value);
    return clusteredQuantile(window, below ?? Number.NaN, above ?? Number.NaN);
  }
}
