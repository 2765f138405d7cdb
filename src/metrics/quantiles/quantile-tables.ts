import type { JudgedTable } from '../table/judged-table.ts';
import { type LatencySubject, type LatencyValues, latencyValues } from './latency-values.ts';
import { countQuantiles, type QuantileCountsTable, quantilesAt } from './quantile-counts.ts';
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
  const tables = new Map<string, Promise<QuantileCountsTable>>();
  const countsOf = (subject: LatencySubject, probability: number) => {
    const key = JSON.stringify([subject, probability]);
    const name = `${judged.name}_quantiles_${tables.size}`;
    const table = tables.get(key) ?? valuesOf(subject).then((sorted) => countQuantiles(sorted, probability, name));
    tables.set(key, table);
    return table;
  };
  return async (probability, sides, { cohort, segment }) => {
    const [dimension, value = ''] = Object.entries(segment ?? {})[0] ?? [];
    const subject = {
      sides,
      within: sliceCondition({ cohort, segment: null }),
      dimension: dimension === undefined ? undefined : dimensionColumn(dimension),
    };
    const counts = await countsOf(subject, probability);
    return readerOf(counts, value, inMemory);
  };
}

function readerOf(counts: QuantileCountsTable, value: string, inMemory: boolean): QuantileReader {
  const readWindows = inMemory ? windowsInMemory : windowsInDatabase;
  return {
    points: async () => counts.points.get(value),
    windows: async (points) => await readWindows(counts, value, points),
    quantilesAt: async (probabilitiesOf) => await quantilesAt(counts, value, probabilitiesOf),
  };
}
