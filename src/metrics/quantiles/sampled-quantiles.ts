import {
  type LatencySample,
  type LatencySource,
  countedWindows,
  type QuantilePoint,
  type QuantileReader,
  type QuantileSource,
} from './quantile-reader.ts';

/** Reads quantiles from latencies that are not in a table of judged requests, such as drawn ones. */
export function sampledQuantiles(latencies: LatencySource): QuantileSource {
  return async (probability, roles, slice) => new SampledQuantile(latencies(roles, slice), probability);
}

class SampledQuantile implements QuantileReader {
  readonly #sample: LatencySample;
  readonly #probability: number;

  constructor(sample: LatencySample, probability: number) {
    this.#sample = sample;
    this.#probability = probability;
  }

  async points(): Promise<readonly QuantilePoint[] | undefined> {
    const values = await this.#sample.quantilesAt(() => [this.#probability]);
    if (values === undefined) return undefined;
    const constant = await this.#sample.constantSides();
    return values.map(([value = Number.NaN], side) => ({ value, isConstant: constant[side] === true }));
  }

  async windows(points: readonly QuantilePoint[]) {
    const counts = await this.#sample.countsByUnit(points.map(({ value }) => value));
    return countedWindows(this.#probability, points, counts);
  }

  async quantilesAt(probabilitiesOf: (side: number) => readonly number[]): Promise<readonly (readonly number[])[]> {
    return (await this.#sample.quantilesAt(probabilitiesOf)) ?? [];
  }
}
