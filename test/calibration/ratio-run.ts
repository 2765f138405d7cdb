import { Columns } from './columns.ts';
import { drawValues } from './populations.ts';
import type { Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import { simulateLog } from './simulated-log.ts';
import type { Look } from './tally.ts';
import { pairedRatioDifference, pairedRatioRelativeDifference } from '../stats/in-memory.ts';

/** Share of requests that a version answers with the label, and on which the candidate decides otherwise than the baseline. */
const answeredWithLabel = 0.4;
const decidedAnew = 0.15;

/** Simulates one log and estimates the difference of two precisions, each over what that version answered with the label. */
export function* ratioLooks(random: Random, { quantity, population, traffic }: Scenario): Generator<Look> {
  const log = simulateLog(random, traffic);
  const values = drawValues(random, log, population);
  const baseline = new Columns(traffic.units, log.unitsUntil);
  const candidate = new Columns(traffic.units, log.unitsUntil);
  let request = 0;
  for (let look = 0; look < traffic.looks; look += 1) {
    for (; request < (log.until[look] ?? 0); request += 1) {
      const unit = log.unit[request] ?? 0;
      const byBaseline = random.chance(answeredWithLabel);
      const byCandidate = random.chance(decidedAnew) ? random.chance(answeredWithLabel) : byBaseline;
      if (byBaseline) baseline.add(unit, values.baseline[request] ?? 0, 0);
      if (byCandidate) candidate.add(unit, 0, values.candidate[request] ?? 0);
    }
    baseline.arriveAt(look);
    candidate.arriveAt(look);
    const pair = {
      baseline: { requests: baseline.requests, sum: baseline.baseline },
      candidate: { requests: candidate.requests, sum: candidate.candidate },
    };
    const relative = quantity.kind === 'ratio-difference' && quantity.relative;
    yield relative
      ? pairedRatioRelativeDifference(pair, { zeroOne: true })
      : pairedRatioDifference(pair, { zeroOne: true });
  }
}
