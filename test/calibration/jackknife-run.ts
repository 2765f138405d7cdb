import { countSums, effectiveUnits, requestWeightedClusterSize } from '../../src/stats/sums/cluster-size.ts';
import { deleteGroupJackknife, jackknifeGroups } from '../../src/stats/estimates/jackknife.ts';
import { drawValues } from './populations.ts';
import type { Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import { simulateLog } from './simulated-log.ts';
import type { Look } from './tally.ts';

/** Sums of squares and requests of one group of units. */
interface GroupSums {
  requests: number;
  baseline: number;
  candidate: number;
}

/** Simulates one log and estimates a root mean square, or the difference of two, at every look. */
export function* jackknifeLooks(random: Random, scenario: Scenario): Generator<Look> {
  const { quantity, population, traffic } = scenario;
  const log = simulateLog(random, traffic);
  const values = drawValues(random, log, population);
  const unitRequests = new Float64Array(traffic.units);
  const groups = Array.from({ length: jackknifeGroups }, (): GroupSums => ({ requests: 0, baseline: 0, candidate: 0 }));
  const all: GroupSums = { requests: 0, baseline: 0, candidate: 0 };
  const paired = quantity.kind === 'root-mean-square' && quantity.paired;
  const valueOf = (sums: GroupSums, without: GroupSums = { requests: 0, baseline: 0, candidate: 0 }) => {
    const requests = sums.requests - without.requests;
    const candidate = Math.sqrt((sums.candidate - without.candidate) / requests);
    return paired ? candidate - Math.sqrt((sums.baseline - without.baseline) / requests) : candidate;
  };
  let request = 0;
  for (let look = 0; look < traffic.looks; look += 1) {
    for (; request < (log.until[look] ?? 0); request += 1) {
      const unit = log.unit[request] ?? 0;
      unitRequests[unit] = (unitRequests[unit] ?? 0) + 1;
      for (const sums of [all, groups[unit % jackknifeGroups]]) {
        if (sums === undefined) continue;
        sums.requests += 1;
        sums.baseline += (values.baseline[request] ?? 0) ** 2;
        sums.candidate += (values.candidate[request] ?? 0) ** 2;
      }
    }
    const units = log.unitsUntil[look] ?? 0;
    const counts = countSums(unitRequests.subarray(0, units));
    yield deleteGroupJackknife({
      value: valueOf(all),
      replicates: Float64Array.from(
        groups.filter((group) => group.requests > 0),
        (group) => valueOf(all, group),
      ),
      units,
      requests: all.requests,
      effectiveUnits: effectiveUnits(counts),
      clusterSize: requestWeightedClusterSize(counts),
      counted: { units, requests: all.requests },
    });
  }
}
