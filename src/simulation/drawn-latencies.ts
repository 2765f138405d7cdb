import type { Role } from '../domain/role.ts';
import { type MidQuantile, midQuantile, midWeight } from '../stats/estimates/mid-quantile.ts';
import type { LatencyCounts, LatencySample, LatencySource } from '../metrics/quantiles/quantile-reader.ts';
import type { Slice } from '../metrics/table/slice.ts';
import { type DrawnStage, visitRequests, wayOf } from './drawn-stage.ts';

/** Latencies of a drawn stage. */
export function drawnLatencies(stage: DrawnStage): LatencySource {
  return (roles, slice) => new DrawnLatencies(stage, roles, slice);
}

class DrawnLatencies implements LatencySample {
  readonly #stage: DrawnStage;
  readonly #roles: readonly Role[];
  /** 1 for a request of the draw that is in the sample. */
  readonly #isIn: Uint8Array;
  #size = 0;

  constructor(stage: DrawnStage, roles: readonly Role[], { cohort, segment }: Slice) {
    this.#stage = stage;
    this.#roles = roles;
    const { population, draw, timed } = stage;
    const isIn = new Uint8Array(draw.ranks.length);
    visitRequests(stage, cohort, segment, (record, _, at, __, way) => {
      if (timed < 1 && (draw.ranks[at] ?? 1) >= timed) return;
      const times = population.latencies[way];
      for (const role of roles) if (Number.isNaN(times?.[role][record] ?? Number.NaN)) return;
      isIn[at] = 1;
      this.#size += 1;
    });
    this.#isIn = isIn;
  }

  get sides(): number {
    return this.#roles.length;
  }

  async quantilesAt(
    probabilitiesOf: (side: number) => readonly number[],
  ): Promise<readonly (readonly MidQuantile[])[] | undefined> {
    if (this.#size === 0) return undefined;
    return this.#roles.map((role, side) => {
      const sorted = this.#sorted(role);
      return probabilitiesOf(side).map((probability) => midQuantile(sorted, probability));
    });
  }

  async constantSides(): Promise<readonly boolean[]> {
    return this.#roles.map((role) => {
      const sorted = this.#sorted(role);
      return sorted[0] === sorted.at(-1);
    });
  }

  async countsByUnit(quantiles: readonly MidQuantile[]): Promise<LatencyCounts> {
    const { draw } = this.#stage;
    const users = draw.unitOf.length;
    const requests = new Float64Array(users);
    const atMost = quantiles.map(() => new Float64Array(users));
    const unitsBeyond = quantiles.map(() => 0);
    let units = 0;
    for (const [side, quantile] of quantiles.entries()) {
      const { values } = timesOfDraw(this.#stage, this.#roles[side] ?? 'candidate');
      let row = 0;
      for (let user = 0; user < users; user += 1) {
        let count = 0;
        let below = 0;
        let isBeyond = false;
        for (let at = draw.starts[user] ?? 0; at < (draw.starts[user + 1] ?? 0); at += 1) {
          if (this.#isIn[at] !== 1) continue;
          count += 1;
          const value = values[at] ?? Infinity;
          below += midWeight(quantile, value);
          isBeyond ||= value > quantile.value;
        }
        if (count === 0) continue;
        requests[row] = count;
        const counts = atMost[side];
        if (counts !== undefined) counts[row] = below;
        if (isBeyond) unitsBeyond[side] = (unitsBeyond[side] ?? 0) + 1;
        row += 1;
      }
      units = row;
    }
    return { requests: requests.slice(0, units), atMost: atMost.map((counts) => counts.slice(0, units)), unitsBeyond };
  }

  readonly #known = new Map<Role, Float64Array>();

  /** The latencies in the sample, in rising order. */
  #sorted(role: Role): Float64Array {
    const known = this.#known.get(role);
    if (known !== undefined) return known;
    const { values, order } = timesOfDraw(this.#stage, role);
    const sorted = new Float64Array(this.#size);
    let place = 0;
    for (const at of order) {
      if (this.#isIn[at] !== 1) continue;
      sorted[place] = values[at] ?? Number.NaN;
      place += 1;
    }
    this.#known.set(role, sorted);
    return sorted;
  }
}

/** A version's latencies by request of the draw, and the requests in rising order of them; sorted once for all looks. */
export interface TimesOfDraw {
  readonly values: Float64Array;
  readonly order: Uint32Array;
}

function timesOfDraw({ population, draw, weight }: DrawnStage, role: Role): TimesOfDraw {
  const { comparison } = population.scenarios;
  const key = JSON.stringify([role, comparison === 'served' ? weight : 0]);
  const known = draw.times.get(key);
  if (known !== undefined) return known;
  const requests = draw.ranks.length;
  const values = new Float64Array(requests);
  // A request's rank among all latencies and its place, as one number that the runtime's own sort can order.
  const keys = new Float64Array(requests);
  for (let user = 0; user < draw.unitOf.length; user += 1) {
    const shift = (population.starts[draw.unitOf[user] ?? 0] ?? 0) - (draw.starts[user] ?? 0);
    const way = wayOf(comparison, (draw.buckets[user] ?? 1) < weight, draw.swapped[user] === 1);
    const times = population.latencies[way];
    for (let at = draw.starts[user] ?? 0; at < (draw.starts[user + 1] ?? 0); at += 1) {
      values[at] = times?.[role][at + shift] ?? Number.NaN;
      keys[at] = (times?.ranks[role][at + shift] ?? 0) * requests + at;
    }
  }
  keys.sort();
  const order = new Uint32Array(requests);
  for (let place = 0; place < requests; place += 1) order[place] = (keys[place] ?? 0) % requests;
  const times = { values, order };
  draw.times.set(key, times);
  return times;
}
