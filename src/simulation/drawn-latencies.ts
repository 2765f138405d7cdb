import type { Role } from '../domain/role.ts';
import type { LatencyCounts, LatencySample, LatencySource } from '../metrics/latency-sample.ts';
import { type DrawnStage, visitRequests } from './drawn-stage.ts';

const nanosecondsPerMs = 1e6;

/** Latencies of a drawn stage. */
export function drawnLatencies(stage: DrawnStage): LatencySource {
  return (roles, slice) => {
    const { population, draw, timed } = stage;
    const values: number[][] = roles.map(() => []);
    const users: number[] = [];
    visitRequests(stage, slice.cohort, slice.segment, (record, user, at, _, way) => {
      if (timed < 1 && (draw.ranks[at] ?? 1) >= timed) return;
      const times = roles.map((role) => population.latencies[way]?.[role][record] ?? Number.NaN);
      if (times.some((time) => Number.isNaN(time))) return;
      users.push(user);
      times.forEach((time, side) => values[side]?.push(time));
    });
    return new DrawnLatencies(
      roles,
      values.map((side) => Float64Array.from(side)),
      users,
    );
  };
}

class DrawnLatencies implements LatencySample {
  readonly sides: number;
  readonly #values: readonly Float64Array[];
  readonly #users: readonly number[];
  #sorted: readonly Float64Array[] | undefined;

  /** @param users of each request, in one order for all sides; a user's requests follow each other. */
  constructor(roles: readonly Role[], values: readonly Float64Array[], users: readonly number[]) {
    this.sides = roles.length;
    this.#values = values;
    this.#users = users;
  }

  async quantilesAt(
    probabilitiesOf: (side: number) => readonly number[],
  ): Promise<readonly (readonly number[])[] | undefined> {
    if (this.#users.length === 0) return undefined;
    const sorted = this.#inOrder();
    return sorted.map((values, side) =>
      probabilitiesOf(side).map((probability) => quantile(values, probability) / nanosecondsPerMs),
    );
  }

  async constantSides(): Promise<readonly boolean[]> {
    return this.#inOrder().map((values) => values[0] === values.at(-1));
  }

  async countsByUnit(points: readonly number[]): Promise<LatencyCounts> {
    const requests: number[] = [];
    const atMost: number[][] = this.#values.map(() => []);
    let last = -1;
    for (const [index, user] of this.#users.entries()) {
      if (user !== last) {
        requests.push(0);
        for (const counts of atMost) counts.push(0);
      }
      last = user;
      const row = requests.length - 1;
      requests[row] = (requests[row] ?? 0) + 1;
      for (const [side, counts] of atMost.entries()) {
        const limit = (points[side] ?? 0) * nanosecondsPerMs;
        if ((this.#values[side]?.[index] ?? Number.NaN) <= limit) counts[row] = (counts[row] ?? 0) + 1;
      }
    }
    return { requests: Float64Array.from(requests), atMost: atMost.map((counts) => Float64Array.from(counts)) };
  }

  #inOrder(): readonly Float64Array[] {
    this.#sorted ??= this.#values.map((values) => values.toSorted());
    return this.#sorted;
  }
}

/** Type 7 of Hyndman and Fan 1996, as DuckDB's `quantile_cont`. */
function quantile(sorted: Float64Array, probability: number): number {
  const place = (sorted.length - 1) * probability;
  const below = Math.floor(place);
  const low = sorted[below] ?? Number.NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? Number.NaN;
  return low + (high - low) * (place - below);
}
