import type { Random } from './random.ts';

/** How units come and how much they do. */
export interface Traffic {
  /** Units at the last look. */
  readonly units: number;
  /** Units at the first look; between them the looks are spaced evenly on the logarithm. */
  readonly firstUnits: number;
  /** Set where every look adds as many units instead. */
  readonly isEven?: boolean;
  readonly looks: number;
  /** Most requests of one unit; 1 makes every unit a single request. */
  readonly mostRequests: number;
  /** Tail exponent of the requests per unit: smaller is heavier. */
  readonly tail: number;
}

/** Requests of a growing log, sorted by the look at which they are first there. */
export interface SimulatedLog {
  readonly unit: Int32Array;
  /** Requests up to and including each look. */
  readonly until: Int32Array;
  /** Units that have arrived up to and including each look; units are numbered in order of arrival. */
  readonly unitsUntil: Int32Array;
  readonly requests: number;
}

/**
 * Draws who makes a request when. A unit's requests fall into the look it arrives at or a later one, so the log grows both by
 * new units and by more data of old ones.
 */
export function simulateLog(random: Random, traffic: Traffic): SimulatedLog {
  const { units, firstUnits, looks, isEven = false } = traffic;
  const unitsUntil = new Int32Array(looks);
  for (let look = 0; look < looks; look += 1) {
    const progress = looks === 1 ? 1 : look / (looks - 1);
    unitsUntil[look] = Math.round(
      isEven ? (units * (look + 1)) / looks : firstUnits * (units / firstUnits) ** progress,
    );
  }
  const lookOf: number[] = [];
  const unitOf: number[] = [];
  const until = new Int32Array(looks);
  let arrival = 0;
  for (let unit = 0; unit < units; unit += 1) {
    while (unit >= (unitsUntil[arrival] ?? units)) arrival += 1;
    const requests = random.heavyTailedCount(traffic.mostRequests, traffic.tail);
    for (let request = 0; request < requests; request += 1) {
      // The first request defines the arrival, and half of the others follow in the same visit.
      const later = request > 0 && random.chance(0.5);
      const look = later ? arrival + Math.floor(random.uniform() * (looks - arrival)) : arrival;
      lookOf.push(look);
      unitOf.push(unit);
      until[look] = (until[look] ?? 0) + 1;
    }
  }
  return sortByLook(lookOf, unitOf, until, unitsUntil);
}

function sortByLook(
  lookOf: readonly number[],
  unitOf: readonly number[],
  counts: Int32Array,
  unitsUntil: Int32Array,
): SimulatedLog {
  const next = new Int32Array(counts.length);
  const until = new Int32Array(counts.length);
  let total = 0;
  for (const [look, count] of counts.entries()) {
    next[look] = total;
    total += count;
    until[look] = total;
  }
  const unit = new Int32Array(total);
  for (const [request, look] of lookOf.entries()) {
    const position = next[look] ?? 0;
    unit[position] = unitOf[request] ?? 0;
    next[look] = position + 1;
  }
  return { unit, until, unitsUntil, requests: total };
}
