import type { MidQuantile } from '../../stats/estimates/mid-quantile.ts';
import { PackedCounts } from '../table/packed-counts.ts';
import { tableSize } from '../table/table-size.ts';
import { type LatencyValues, readQuantiles, segmentOf, timedRequests } from './latency-values.ts';
import { probabilitiesBeside, type QuantilePoint, type QuantileWindows } from './quantile-reader.ts';

/** The quantiles, and a table of how many of each unit's requests are at or below them. */
export interface QuantileCountsTable {
  readonly values: LatencyValues;
  readonly probability: number;
  /**
   * Rows `segment` VARCHAR (the dimension's value), `unit_index`, `requests` DOUBLE and for each side `at_most0` DOUBLE (of requests that
   * tie with the quantile a part) and `beyond0` DOUBLE; a row per unit and value.
   */
  readonly name: string;
  /** By the dimension's value; by the empty string where there is no dimension. */
  readonly points: ReadonlyMap<string, readonly QuantilePoint[]>;
}

const nanosecondsPerMs = 1e6;

/**
 * Finds the sample quantiles and counts each unit's requests at or below them, for all values
 * of a dimension at once: grouping a whole dimension costs little more than one of its values.
 * @param name of the table to make, and part of the name of another.
 */
export async function countQuantiles(
  values: LatencyValues,
  probability: number,
  name: string,
): Promise<QuantileCountsTable> {
  const { subject } = values;
  const found = new Map<string, MidQuantile[]>();
  const points = new Map<string, QuantilePoint[]>();
  for (const side of subject.sides.keys()) {
    const read = await readQuantiles(values, side, { columns: [`${probability}::DOUBLE`], of: () => [probability] });
    for (const { segment, quantiles, isConstant } of read) {
      const [quantile] = quantiles;
      if (quantile === undefined) throw new RangeError('one quantile was asked for');
      found.set(segment, [...(found.get(segment) ?? []), quantile]);
      const point = { value: quantile.value / nanosecondsPerMs, heaviest: quantile.heaviest, isConstant };
      points.set(segment, [...(points.get(segment) ?? []), point]);
    }
  }
  await createPoints(values, `${name}_points`, found);
  await createCounts(values, name);
  return { values, probability, name, points };
}

/** One row per segment, by its number: for each side the latencies beside the quantile in ns, how far it lies between them, and itself. */
async function createPoints(
  { judged: { db }, subject }: LatencyValues,
  table: string,
  found: ReadonlyMap<string, readonly MidQuantile[]>,
): Promise<void> {
  const columns = [...subject.sides.keys()].flatMap((side) =>
    ['low', 'high', 'towards', 'point'].map((column) => `${column}${side} DOUBLE`),
  );
  await db.run(`CREATE OR REPLACE TABLE ${table} (segment VARCHAR, number INTEGER, ${columns.join(', ')})`);
  const numbers = [...subject.sides.keys()].flatMap((side) =>
    (['low', 'high', 'towardsHigh', 'value'] as const).map((column) =>
      Float64Array.from(found.values(), (quantiles) => quantiles[side]?.[column] ?? Number.NaN),
    ),
  );
  await db.append(table, [[...found.keys()], Int32Array.from(found.keys(), (_, index) => index), ...numbers]);
}

async function createCounts({ judged, subject }: LatencyValues, name: string): Promise<void> {
  const { mostRequests } = await tableSize(judged);
  const packed = new PackedCounts(mostRequests);
  const requests = packed.add('true');
  // Counted apart, so that the sum does not depend on the order in which the requests come.
  const counts = subject.sides.flatMap((role, side) => {
    const latency = `${role}_latency_ns`;
    const below = packed.add(`${latency} < low${side}`);
    const atLow = packed.add(`${latency} = low${side}`);
    const atHigh = packed.add(`${latency} = high${side} AND low${side} < high${side}`);
    const beyond = packed.add(`${latency} > point${side}`);
    const towards = `towards${side}`;
    return [
      `${below} + ${atLow} * (1 + CASE WHEN low${side} < high${side} THEN ${towards} ELSE 0 END) / 2
         + ${atHigh} * ${towards} / 2 AS at_most${side}`,
      `${beyond}::DOUBLE AS beyond${side}`,
    ];
  });
  const points = `${name}_points`;
  // Latencies are whole, so that whole numbers are compared with them.
  const whole = [...subject.sides.keys()].flatMap((side) => [
    `low${side}::BIGINT AS low${side}`,
    `high${side}::BIGINT AS high${side}`,
    `floor(point${side})::BIGINT AS point${side}`,
  ]);
  await judged.db.run(
    `CREATE OR REPLACE TABLE ${name} AS
     SELECT segment, unit_index, ${requests}::DOUBLE AS requests, ${counts.join(', ')}
     FROM (SELECT number, unit_index, ${packed.added.join(', ')}
           FROM ${judged.name} JOIN (SELECT segment, number, ${whole.join(', ')} FROM ${points}) AS ends ON ${segmentOf(subject)} = ends.segment
           WHERE ${timedRequests(subject)} GROUP BY number, unit_index) JOIN ${points} USING (number)`,
  );
}

/** By segment each side's quantiles beside its window, in ms; all segments in one pass per side. */
export async function quantilesBeside(
  { values, name }: QuantileCountsTable,
  windows: ReadonlyMap<string, Pick<QuantileWindows, 'windows'>>,
): Promise<ReadonlyMap<string, readonly (readonly number[])[]>> {
  const { db } = values.judged;
  const found = new Map([...windows.keys()].map((segment) => [segment, values.subject.sides.map((): number[] => [])]));
  for (const side of values.subject.sides.keys()) {
    const wanted = new Map(
      [...windows].flatMap(([segment, { windows: sides }]) => {
        const probabilities = probabilitiesBeside(sides[side]);
        return probabilities.length === 0 ? [] : [[segment, probabilities] as const];
      }),
    );
    if (wanted.size === 0) continue;
    const table = `${name}_beside${side}`;
    await db.run(`CREATE OR REPLACE TABLE ${table} (segment VARCHAR, below DOUBLE, above DOUBLE)`);
    const ends = [0, 1].map((end) => Float64Array.from(wanted.values(), (pair) => pair[end] ?? Number.NaN));
    await db.append(table, [[...wanted.keys()], ...ends]);
    const read = await readQuantiles(values, side, {
      columns: ['below', 'above'],
      join: `JOIN ${table} USING (segment)`,
      of: (segment) => wanted.get(segment) ?? [],
    });
    for (const { segment, quantiles } of read)
      found.get(segment)?.[side]?.push(...quantiles.map(({ value }) => value / nanosecondsPerMs));
  }
  return found;
}
