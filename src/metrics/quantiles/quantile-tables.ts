import type { JudgedTable } from '../table/judged-table.ts';
import { countQuantiles, type QuantileCountsTable, quantilesAt, type QuantileSubject } from './quantile-counts.ts';
import type { QuantileReader, QuantileSource } from './quantile-reader.ts';
import { windowsInDatabase, windowsInMemory } from './quantile-windows.ts';
import { sliceCondition, dimensionColumn } from '../table/slice.ts';

/**
 * Quantiles of a table of judged requests. Sorting and counting stay in DuckDB, and all values of a dimension are sorted and counted at
 * once, when the first of them is asked for.
 * @param inMemory whether the units are few enough to be brought into memory.
 */
export function quantileTables(judged: JudgedTable, inMemory: boolean): QuantileSource {
  const tables = new Map<string, Promise<QuantileCountsTable>>();
  const tableOf = (subject: QuantileSubject) => {
    const key = JSON.stringify(subject);
    const table = tables.get(key) ?? countQuantiles(judged, subject, `${judged.name}_quantiles_${tables.size}`);
    tables.set(key, table);
    return table;
  };
  return async (probability, sides, { cohort, segment }) => {
    const [dimension, value = ''] = Object.entries(segment ?? {})[0] ?? [];
    const counts = await tableOf({
      probability,
      sides,
      within: sliceCondition({ cohort, segment: null }),
      dimension: dimension === undefined ? undefined : dimensionColumn(dimension),
    });
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
