import type { MidQuantile } from '../../stats/estimates/mid-quantile.ts';
import {
  type LatencySample,
  type LatencySource,
  countedWindows,
  probabilitiesBeside,
  type QuantilePoint,
  type QuantileReader,
  type QuantileSource,
  type QuantileWindows,
} from './quantile-reader.ts';

/** Reads quantiles from latencies that are not in a table of judged requests, such as drawn ones. */
export function sampledQuantiles(latencies: LatencySource): QuantileSource {
  return async (probability, roles, slice) => new SampledQuantile(latencies(roles, slice), probability);
}

const nanosecondsPerMs = 1e6;

class SampledQuantile implements QuantileReader {
  readonly #sample: LatencySample;
  readonly #probability: number;
  #quantiles: readonly MidQuantile[] = [];

  constructor(sample: LatencySample, probability: number) {
    this.#sample = sample;
    this.#probability = probability;
  }

  async points(): Promise<readonly QuantilePoint[] | undefined> {
    const values = await this.#sample.quantilesAt(() => [this.#probability]);
    if (values === undefined) return undefined;
    const constant = await this.#sample.constantSides();
    this.#quantiles = values.flat();
    return this.#quantiles.map(({ value, heaviest }, side) => ({
      value: value / nanosecondsPerMs,
      heaviest,
      isConstant: constant[side] === true,
    }));
  }

  async windows(points: readonly QuantilePoint[]) {
    const counts = await this.#sample.countsByUnit(this.#quantiles);
    return countedWindows(this.#probability, points, counts);
  }

  async beside(windows: QuantileWindows['windows']): Promise<readonly (readonly number[])[]> {
    const found = (await this.#sample.quantilesAt((side) => probabilitiesBeside(windows[side]))) ?? [];
    return found.map((side) => side.map(({ value }) => value / nanosecondsPerMs));
  }
}
