import type { Segment } from '../domain/evidence.ts';
import type { Metric } from '../domain/metric.ts';
import type { Slice } from '../metrics/table/slice.ts';
import { type SegmentedSides, type UnitSums, unitSums, type UnitSumSource } from '../metrics/means/unit-sums.ts';
import { codesOf, type DrawnStage, isInCohort, wayOf } from './drawn-stage.ts';
import type { Contributions } from './population.ts';
import { scenarioOf } from './scenarios.ts';

/**
 * Adds up metrics by user over a drawn stage. What a look adds to the last one is added to what was there, so that a walk
 * passes over a log once and not once for each look.
 */
export class DrawnSums implements UnitSumSource {
  readonly #stage: DrawnStage;
  /** Metrics that only requests with a time take part in. */
  readonly #ofTimes: ReadonlySet<string>;

  constructor(stage: DrawnStage, metrics: readonly Metric[]) {
    this.#stage = stage;
    this.#ofTimes = new Set(metrics.filter(isOfTimes).map(({ id }) => id));
  }

  async slice(metricId: string, { cohort, segment }: Slice): Promise<UnitSums> {
    const { population, draw, weight } = this.#stage;
    const contributions = population.contributions.get(metricId);
    if (contributions === undefined) throw new RangeError(`${metricId} was not read into memory`);
    const sums = this.#running(metricId, segment, contributions);
    sums.advance(this.#stage);
    const rows = new Int32Array(draw.unitOf.length);
    let count = 0;
    for (let user = 0; user < draw.unitOf.length; user += 1) {
      if (sums.present[user] !== 1 || !isInCohort(cohort, draw.buckets[user] ?? 1, weight)) continue;
      rows[count] = user;
      count += 1;
    }
    const columns = new Map(sums.names.map((name, index) => [name, picked(sums.sums[index], rows, count)] as const));
    return unitSums(contributions.metric, contributions.seen, (name) => columns.get(name) ?? new Float64Array());
  }

  async segmented(): Promise<SegmentedSides> {
    throw new RangeError('a simulation compares no mixes of segments');
  }

  #running(metricId: string, segment: Segment, contributions: Contributions): RunningSums {
    const { population, draw, weight, from, timed } = this.#stage;
    const share = this.#ofTimes.has(metricId) ? timed : 1;
    // A split log's outcome is the version's that serves it, which is another one at another weight.
    const ways = population.scenarios.comparison === 'served' ? weight : 0;
    const key = JSON.stringify([metricId, segment, share, ways, from]);
    const known = draw.sums.get(key);
    // A log only grows within a walk; whoever looks back starts anew.
    if (known instanceof RunningSums && known.until <= this.#stage.until) return known;
    const started = new RunningSums(this.#stage, segment, share, contributions);
    draw.sums.set(key, started);
    return started;
  }
}

function isOfTimes(metric: Metric): boolean {
  return metric.family === 'latency' || ('of' in metric && metric.of.family === 'latency');
}

function picked(column: Float64Array | undefined, rows: Int32Array, count: number): Float64Array {
  const values = new Float64Array(count);
  for (let row = 0; row < count; row += 1) values[row] = column?.[rows[row] ?? 0] ?? 0;
  return values;
}

/** One metric's sums by user over one segment, up to a time. */
class RunningSums {
  readonly names: readonly Parameters<Parameters<typeof unitSums>[2]>[0][];
  readonly sums: readonly Float64Array[];
  /** 1 for a user with a request in the segment. */
  readonly present: Uint8Array;
  until = -Infinity;
  readonly #sources: readonly (readonly Float64Array[])[];
  readonly #segment: Segment;
  readonly #timed: number;
  /** Place in the draw of each user's next request. */
  readonly #next: Int32Array;

  constructor({ draw }: DrawnStage, segment: Segment, timed: number, { bySum }: Contributions) {
    this.names = [...bySum.keys()];
    this.#sources = [...bySum.values()];
    this.sums = this.names.map(() => new Float64Array(draw.unitOf.length));
    this.present = new Uint8Array(draw.unitOf.length);
    this.#segment = segment;
    this.#timed = timed;
    this.#next = draw.starts.slice(0, draw.unitOf.length);
  }

  advance({ population, draw, weight, until, from = -Infinity }: DrawnStage): void {
    if (until <= this.until) return;
    this.until = until;
    const { scenarios, times, starts } = population;
    const { codes, code } = codesOf(population, this.#segment);
    for (let user = 0; user < draw.unitOf.length; user += 1) {
      const shift = (starts[draw.unitOf[user] ?? 0] ?? 0) - (draw.starts[user] ?? 0);
      const end = draw.starts[user + 1] ?? 0;
      const way = wayOf(scenarios.comparison, (draw.buckets[user] ?? 1) < weight, draw.swapped[user] === 1);
      let at = this.#next[user] ?? end;
      for (; at < end && (times[at + shift] ?? Infinity) <= until; at += 1) {
        if ((times[at + shift] ?? Infinity) < from || (codes !== undefined && codes[at + shift] !== code)) continue;
        this.present[user] = 1;
        if (this.#timed < 1 && (draw.ranks[at] ?? 1) >= this.#timed) continue;
        this.#add(user, scenarioOf(scenarios, way, draw.changes[at] ?? 0), at + shift);
      }
      this.#next[user] = at;
    }
  }

  #add(user: number, scenario: number, record: number): void {
    for (let index = 0; index < this.sums.length; index += 1) {
      const sum = this.sums[index];
      if (sum !== undefined) sum[user] = (sum[user] ?? 0) + (this.#sources[index]?.[scenario]?.[record] ?? 0);
    }
  }
}
