import { pairedRootDifference, rootMean, servedRootDifference } from '../../src/stats/estimates/root-mean.ts';
import type { FloorOptions } from '../../src/stats/sums/contribution-sums.ts';
import { ratioSums } from '../../src/stats/sums/ratio-sums.ts';
import { sampleSums } from '../../src/stats/sums/sample-sums.ts';
import { dealUnits } from './columns.ts';
import { drawValues } from './populations.ts';
import type { Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import { simulateLog } from './simulated-log.ts';
import type { Look } from './tally.ts';

/** Simulates one log and estimates a root mean square, or the difference of two, at every look. */
export function* rootLooks(random: Random, { quantity, population, traffic }: Scenario): Generator<Look> {
  if (quantity.kind !== 'root-mean-square') return;
  const log = simulateLog(random, traffic);
  const values = drawValues(random, log, population);
  const { compared } = quantity;
  const { group, position, columns } = dealUnits(random, log, compared === 'own' ? { kind: 'paired' } : compared);
  const [stable, canary] = columns;
  let [request, largest] = [0, 0];
  for (let look = 0; look < traffic.looks; look += 1) {
    for (; request < (log.until[look] ?? 0); request += 1) {
      const unit = log.unit[request] ?? 0;
      const squares = [values.baseline[request] ?? 0, values.candidate[request] ?? 0].map((value) => value ** 2);
      largest = Math.max(largest, ...squares);
      (group[unit] === 1 ? canary : stable).add(position[unit] ?? 0, squares[0] ?? 0, squares[1] ?? 0);
    }
    stable.arriveAt(look);
    canary.arriveAt(look);
    // The largest square that any version made, as in a judged log.
    const floor: FloorOptions = { range: largest };
    const candidate = { requests: canary.requests, sum: canary.candidate };
    if (compared === 'own') yield rootMean(sampleSums(candidate, floor));
    else if (compared.kind === 'served') {
      const baseline = { requests: stable.requests, sum: stable.baseline };
      yield servedRootDifference(sampleSums(baseline, floor), sampleSums(candidate, floor), 'difference');
    } else {
      const pair = { baseline: { requests: canary.requests, sum: canary.baseline }, candidate };
      yield pairedRootDifference(ratioSums(pair, 'difference-of-roots', floor), 'difference');
    }
  }
}
