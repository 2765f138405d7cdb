import { type Database, quoteIdentifier } from '../database/database.ts';
import { meanMetricOf } from '../metrics/families/mean-metrics.ts';
import type { MeanMetric } from '../metrics/table/mean-metric.ts';
import type { Metric } from '../domain/metric.ts';
import { type Aggregate, aggregatesOf, sumColumns, valueRange, type ValuesSeen } from '../metrics/means/sum-columns.ts';
import type { Role } from '../domain/role.ts';
import { eligibleSql, worldCount, worldOf, type Worlds } from './worlds.ts';

/** What each request contributes to a metric, by aggregate and world. */
export interface Contributions {
  readonly metric: MeanMetric;
  readonly seen: ValuesSeen;
  readonly byAggregate: ReadonlyMap<Aggregate, readonly Float64Array[]>;
}

/** A log in memory: its requests by unit and, within one, by time; and every metric of each in every world. */
export interface Population {
  readonly worlds: Worlds;
  readonly records: number;
  /** Names and buckets of the units, under the plan's own salt. */
  readonly units: readonly string[];
  readonly buckets: Float64Array;
  /** Where a unit's requests begin; one more entry than there are units. */
  readonly starts: Int32Array;
  /** Milliseconds since 1970. */
  readonly times: Float64Array;
  readonly hours: Int8Array;
  /** By dimension: its values, and of each request the position of its value there, -1 for none. */
  readonly segments: ReadonlyMap<string, { readonly values: readonly string[]; readonly codes: Int32Array }>;
  readonly contributions: ReadonlyMap<string, Contributions>;
  /** Latency in ns by way round (the noise last) and role; NaN where there is none. */
  readonly latencies: readonly Latencies[];
  /** By planted change and way round: 1 for a request that it could change. */
  readonly eligible: readonly (readonly [Uint8Array, Uint8Array])[];
}

/** Both versions' latencies by request, and each one's rank among all of them, whichever way round; equal ones in any order. */
export interface Latencies extends Readonly<Record<Role, Float64Array>> {
  readonly ranks: Readonly<Record<Role, Float64Array>>;
}

/**
 * Reads the table `worlds` into memory, some 60 bytes for each request, metric and world.
 * @param metrics what the plan guards.
 * @param dimensions name to column of the segments.
 */
export async function readPopulation(
  db: Database,
  worlds: Worlds,
  metrics: readonly Metric[],
  dimensions: ReadonlyMap<string, string>,
): Promise<Population> {
  const rows = await db.columns(
    `SELECT unit_index, epoch_ms("at")::DOUBLE AS at_ms, hour_of_day::INTEGER AS hour_of_day,
       ${[...dimensions.values()].map((column) => `${quoteIdentifier(column)}, `).join('')} record
     FROM population ORDER BY record`,
  );
  const unitRows = await db.columns('SELECT unit, bucket FROM units ORDER BY unit_index');
  const units = unitRows.strings('unit').map((unit) => unit ?? '');
  return {
    worlds,
    records: rows.rowCount,
    units,
    buckets: unitRows.numbers('bucket'),
    starts: startsOf(rows.numbers('unit_index'), units.length),
    times: rows.numbers('at_ms'),
    hours: Int8Array.from(rows.numbers('hour_of_day')),
    segments: new Map([...dimensions].map(([dimension, column]) => [dimension, coded(rows.strings(column))])),
    contributions: await readContributions(db, worlds, metrics),
    latencies: await readLatencies(db, worlds),
    eligible: await readEligible(db, worlds),
  };
}

function startsOf(unitOf: Float64Array, units: number): Int32Array {
  const starts = new Int32Array(units + 1);
  for (const unit of unitOf) starts[unit + 1] = (starts[unit + 1] ?? 0) + 1;
  for (let unit = 0; unit < units; unit += 1) starts[unit + 1] = (starts[unit + 1] ?? 0) + (starts[unit] ?? 0);
  return starts;
}

function coded(texts: readonly (string | null)[]): { readonly values: readonly string[]; readonly codes: Int32Array } {
  const codeOf = new Map<string, number>();
  const codes = Int32Array.from(texts, (text) => {
    if (text === null) return -1;
    const code = codeOf.get(text) ?? codeOf.size;
    codeOf.set(text, code);
    return code;
  });
  return { values: [...codeOf.keys()], codes };
}

async function readContributions(
  db: Database,
  worlds: Worlds,
  metrics: readonly Metric[],
): Promise<ReadonlyMap<string, Contributions>> {
  const contributions = new Map<string, Contributions>();
  for (const { id, definition } of metrics.flatMap((metric) => {
    const found = meanMetricOf(metric);
    return found === undefined ? [] : [{ id: metric.id, definition: found }];
  })) {
    const range = await valueRange({ db, name: 'worlds' }, definition);
    // One request is a group of its own, so that the sums by unit are made of what the judged sums are made of.
    const rows = await db.columns(
      `SELECT ${sumColumns(definition, range, 0).join(', ')} FROM worlds GROUP BY world, record ORDER BY world, record`,
    );
    const records = rows.rowCount / worldCount(worlds);
    const byAggregate = new Map(
      aggregatesOf(definition).map((aggregate) => {
        const column = rows.numbers(`${aggregate}0`);
        const ofWorld = (_: unknown, world: number) => column.subarray(world * records, (world + 1) * records);
        return [aggregate, Array.from({ length: worldCount(worlds) }, ofWorld)] as const;
      }),
    );
    contributions.set(id, { metric: definition, seen: range, byAggregate });
  }
  return contributions;
}

function ranked(role: Role): string {
  return `${role}_latency_ns::DOUBLE AS ${role}, (row_number() OVER (ORDER BY ${role}_latency_ns))::DOUBLE AS ${role}_rank`;
}

async function readLatencies(db: Database, worlds: Worlds): Promise<Population['latencies']> {
  const numbers = [worldOf(worlds, 0, 0), worldOf(worlds, 1, 0), ...(worlds.noise === undefined ? [] : [worlds.noise])];
  const rows = await db.columns(
    `SELECT * FROM (SELECT world, record, ${ranked('baseline')}, ${ranked('candidate')} FROM worlds WHERE world IN (${numbers.join(', ')}))
     ORDER BY world, record`,
  );
  const records = rows.rowCount / numbers.length;
  // Ordered by the world's number, and so are the ways round.
  return numbers.map((_, way) => {
    const column = (name: string) => rows.numbers(name).subarray(way * records, (way + 1) * records);
    const ranks = { baseline: column('baseline_rank'), candidate: column('candidate_rank') };
    return { baseline: column('baseline'), candidate: column('candidate'), ranks };
  });
}

async function readEligible(db: Database, worlds: Worlds): Promise<Population['eligible']> {
  const columns = eligibleSql(worlds);
  if (columns.length === 0) return [];
  const rowsOf = async (way: 0 | 1) =>
    await db.columns(
      `SELECT ${columns.join(', ')} FROM worlds WHERE world = ${worldOf(worlds, way, 0)} ORDER BY record`,
    );
  // One after the other: a connection runs one query at a time.
  const asRecorded = await rowsOf(0);
  const swapped = await rowsOf(1);
  return worlds.changes.map((_, index): [Uint8Array, Uint8Array] => {
    // A condition on what is missing is NULL, which is not eligible; a typed array of bytes makes NaN 0.
    const flags = (rows: typeof asRecorded) => Uint8Array.from(rows.numbers(`eligible${index}`));
    return [flags(asRecorded), flags(swapped)];
  });
}
