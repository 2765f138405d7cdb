import { meanMetricOf } from '../../src/metrics/families/definitions.ts';
import type { FloorOptions } from '../../src/stats/sums/contribution-sums.ts';
import { type Columns, dealUnits } from './columns.ts';
import { drawValues, type Population } from './populations.ts';
import type { Random } from './random.ts';
import type { Quantity, Scenario } from './scenario.ts';
import { simulateLog } from './simulated-log.ts';
import type { Look } from './tally.ts';
import {
  ownValue,
  pairedDifference,
  pairedRelativeDifference,
  proportion,
  servedDifference,
  servedRelativeDifference,
} from '../stats/in-memory.ts';

/** Simulates one log and estimates a mean or proportion at every look. */
export function* meanLooks(random: Random, scenario: Scenario): Generator<Look> {
  const { quantity, population, traffic } = scenario;
  const log = simulateLog(random, traffic);
  const values = drawValues(random, log, population);
  const design = quantity.kind === 'difference' ? quantity.design : ({ kind: 'paired' } as const);
  const { group, position, columns } = dealUnits(random, log, design);
  const options = floorOf(population);
  let request = 0;
  for (let look = 0; look < traffic.looks; look += 1) {
    for (; request < (log.until[look] ?? 0); request += 1) {
      const unit = log.unit[request] ?? 0;
      const side = group[unit] === 1 ? columns[1] : columns[0];
      side.add(position[unit] ?? 0, values.baseline[request] ?? 0, values.candidate[request] ?? 0);
    }
    columns[0].arriveAt(look);
    columns[1].arriveAt(look);
    yield estimate(quantity, columns, options);
  }
}

/** The floor that the metric itself asks for. */
function floorOf(population: Population): FloorOptions {
  if (population.kind === 'extremes') return { range: meanMetricOf(population.metric)?.range };
  return { zeroOne: population.kind === 'proportions' };
}

function estimate(quantity: Quantity, [baseline, candidate]: readonly [Columns, Columns], options: FloorOptions): Look {
  const candidateSample = { requests: candidate.requests, sum: candidate.candidate };
  if (quantity.kind !== 'difference') {
    return options.zeroOne === true ? proportion(candidateSample) : ownValue(candidateSample, options);
  }
  if (quantity.design.kind === 'paired') {
    const pairs = { requests: candidate.requests, baseline: candidate.baseline, candidate: candidate.candidate };
    return quantity.relative ? pairedRelativeDifference(pairs, options) : pairedDifference(pairs, options);
  }
  const baselineSample = { requests: baseline.requests, sum: baseline.baseline };
  return quantity.relative
    ? servedRelativeDifference(baselineSample, candidateSample, options)
    : servedDifference(baselineSample, candidateSample, options);
}
