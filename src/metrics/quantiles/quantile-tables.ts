import type { JudgedTable } from '../table/judged-table.ts';
import { type LatencySubject, type LatencyValues, latencyValues } from './latency-values.ts';
import { countQuantiles, type QuantileCountsTable, quantilesBeside } from './quantile-counts.ts';
import type { QuantileReader, QuantileSource } from './quantile-reader.ts';
import { windowsInDatabase, windowsInMemory } from './quantile-windows.ts';
import { sliceCondition, dimensionColumn } from '../table/slice.ts';

/**
 * Quantiles of a table of judged requests. Sorting and counting stay in DuckDB, and all values of a dimension are sorted and counted at
 * once, when the first of them is asked for.
 * @param inMemory whether the units are few enough to be brought into memory.
 */
export function quantileTables(judged: JudgedTable, inMemory: boolean): QuantileSource {
  const values = new Map<string, Promise<LatencyValues>>();
  const valuesOf = (subject: LatencySubject) => {
    const key = JSON.stringify(subject);
    const table = values.get(key) ?? latencyValues(judged, subject, `${judged.name}_latencies_${values.size}`);
    values.set(key, table);
    return table;
  };
  const readers = new Map<string, Promise<(value: string) => QuantileReader>>();
  const readersAt = (subject: LatencySubject, probability: number) => {
    const key = JSON.stringify([subject, probability]);
    const name = `${judged.name}_quantiles_${readers.size}`;
    const found =
      readers.get(key) ??
      valuesOf(subject).then(async (sorted) => readersOf(await countQuantiles(sorted, probability, name), inMemory));
    readers.set(key, found);
    return found;
  };
  return async (probability, sides, { cohort, segment }) => {
    const [dimension, value = ''] = Object.entries(segment ?? {})[0] ?? [];
    const subject = {
      sides,
      within: sliceCondition({ cohort, segment: null }),
      dimension: dimension === undefined ? undefined : dimensionColumn(dimension),
    };
    return (await readersAt(subject, probability))(value);
  };
}

/** Reads one value of the dimension at a time, since the database adds up its units; or all at once, when the first is asked for. */
function readersOf(counts: QuantileCountsTable, inMemory: boolean): (value: string) => QuantileReader {
  if (!inMemory) {
    return (value) => ({
      points: async () => counts.points.get(value),
      windows: async (points) => await windowsInDatabase(counts, value, points),
      beside: async (windows) => required((await quantilesBeside(counts, new Map([[value, { windows }]]))).get(value)),
    });
  }
  const windows = once(() => windowsInMemory(counts));
  const beside = once(async () => await quantilesBeside(counts, await windows()));
  return (value) => ({
    points: async () => counts.points.get(value),
    windows: async () => required((await windows()).get(value)),
    beside: async () => required((await beside()).get(value)),
  });
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let working: Promise<T> | undefined;
  return () => (working ??= work());
}

function required<T>(found: T | undefined): T {
  if (found === undefined) throw new RangeError('a value of the dimension was not read');
  return found;
}
