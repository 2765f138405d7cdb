import type { Metric } from '../domain/metric.ts';
import type { Slice } from '../metrics/slice.ts';
import { type SegmentedSides, type UnitSums, unitSums, type UnitSumSource } from '../metrics/unit-sums.ts';
import { type DrawnStage, visitRequests } from './drawn-stage.ts';

/** Adds up metrics by user over a drawn stage. */
export class DrawnSums implements UnitSumSource {
  readonly #stage: DrawnStage;
  /** Metrics that only requests with a time take part in. */
  readonly #ofTimes: ReadonlySet<string>;

  constructor(stage: DrawnStage, metrics: readonly Metric[]) {
    this.#stage = stage;
    this.#ofTimes = new Set(metrics.filter(({ family }) => family === 'latency').map(({ id }) => id));
  }

  async slice(metricId: string, { cohort, segment }: Slice): Promise<UnitSums> {
    const { population, draw, timed } = this.#stage;
    const contributions = population.contributions.get(metricId);
    if (contributions === undefined) throw new RangeError(`${metricId} was not read into memory`);
    const aggregates = [...contributions.byAggregate.keys()];
    const sources = aggregates.map((aggregate) => contributions.byAggregate.get(aggregate) ?? []);
    const sums = aggregates.map(() => new Float64Array(draw.unitOf.length));
    const needsTime = this.#ofTimes.has(metricId) && timed < 1;
    let row = -1;
    let last = -1;
    visitRequests(this.#stage, cohort, segment, (record, user, at, world) => {
      if (user !== last) row += 1;
      last = user;
      if (needsTime && (draw.ranks[at] ?? 1) >= timed) return;
      for (let index = 0; index < sums.length; index += 1) {
        const column = sums[index];
        if (column !== undefined) column[row] = (column[row] ?? 0) + (sources[index]?.[world]?.[record] ?? 0);
      }
    });
    const byAggregate = new Map(aggregates.map((aggregate, index) => [aggregate, sums[index]?.subarray(0, row + 1)]));
    return unitSums(contributions.metric, contributions, (aggregate) => byAggregate.get(aggregate) ?? new Float64Array());
  }

  async segmented(): Promise<SegmentedSides> {
    throw new RangeError('a simulation compares no mixes of segments');
  }
}
