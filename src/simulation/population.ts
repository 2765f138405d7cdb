import { type Database, quoteIdentifier } from '../database/database.ts';
import { triggeredBy } from '../metrics/families/business-metric.ts';
import type { MeanMetric } from '../metrics/table/mean-metric.ts';
import type { Metric } from '../domain/metric.ts';
import { namedMeans } from '../metrics/means/named-mean.ts';
import { type SumName, sumNamesOf, valueRange, type ValuesSeen } from '../metrics/means/sum-columns.ts';
import { sumLayout } from '../metrics/means/sum-layout.ts';
import { isTriggered, type Trigger } from '../domain/statistics/bounded-metric.ts';
import type { Role } from '../domain/role.ts';
import { eligibleSql, scenarioCount, scenarioOf, type Scenarios } from './scenarios.ts';

/** What each request contributes to a metric, by sum and scenario. */
export interface Contributions {
  readonly metric: MeanMetric;
  readonly seen: ValuesSeen;
  readonly bySum: ReadonlyMap<SumName, readonly Float64Array[]>;
}

/** A log in memory: its requests by unit and, within one, by time; and every metric of each in every scenario. */
export interface Population {
  readonly scenarios: Scenarios;
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
  /** Latency in ns by way round and role; NaN where there is none. */
  readonly latencies: readonly Latencies[];
  /** By trigger: 1 for a request that counts for a metric with one. Absent where no metric has any. */
  readonly triggered?: Readonly<Record<Trigger, Uint8Array>>;
  /** By planted change and way round: 1 for a request that it could change. */
  readonly eligible: readonly (readonly [Uint8Array, Uint8Array])[];
}

/** Both versions' latencies by request, and each one's rank among all of them, whichever way round; equal ones in any order. */
export interface Latencies extends Readonly<Record<Role, Float64Array>> {
  readonly ranks: Readonly<Record<Role, Float64Array>>;
}

/**
 * Reads the table `scenarios` into memory, some 60 bytes for each request, metric and scenario.
 * @param metrics what the plan guards.
 * @param dimensions name to column of the segments.
 */
export async function readPopulation(
  db: Database,
  scenarios: Scenarios,
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
    scenarios,
    records: rows.rowCount,
    units,
    buckets: unitRows.numbers('bucket'),
    starts: startsOf(rows.numbers('unit_index'), units.length),
    times: rows.numbers('at_ms'),
    hours: Int8Array.from(rows.numbers('hour_of_day')),
    segments: new Map([...dimensions].map(([dimension, column]) => [dimension, coded(rows.strings(column))])),
    contributions: await readContributions(db, scenarios, metrics),
    latencies: await readLatencies(db, scenarios),
    ...(metrics.some(isTriggered) ? { triggered: await readTriggered(db) } : {}),
    eligible: await readEligible(db, scenarios),
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
  scenarios: Scenarios,
  metrics: readonly Metric[],
): Promise<ReadonlyMap<string, Contributions>> {
  const contributions = new Map<string, Contributions>();
  for (const [id, metric] of namedMeans(metrics)) {
    const { definition } = metric;
    const range = await valueRange({ db, name: 'scenarios' }, definition);
    // One request is a group of its own, so that the sums by unit are made of what the judged sums are made of.
    const { added, column: columnOf } = sumLayout(new Map([[id, { metric, scale: range.scale }]]));
    const sums = sumNamesOf(definition).map((name) => `${columnOf(id, name)} AS ${name}`);
    const rows = await db.columns(
      `SELECT ${sums.join(', ')} FROM (SELECT scenario, record, ${added.join(', ')} FROM scenarios GROUP BY scenario, record)
       ORDER BY scenario, record`,
    );
    const records = rows.rowCount / scenarioCount(scenarios);
    const bySum = new Map(
      sumNamesOf(definition).map((name) => {
        const column = rows.numbers(name);
        const ofScenario = (_: unknown, scenario: number) =>
          column.subarray(scenario * records, (scenario + 1) * records);
        return [name, Array.from({ length: scenarioCount(scenarios) }, ofScenario)] as const;
      }),
    );
    contributions.set(id, { metric: definition, seen: range, bySum });
  }
  return contributions;
}

function ranked(role: Role): string {
  return `${role}_latency_ns::DOUBLE AS ${role}, (row_number() OVER (ORDER BY ${role}_latency_ns))::DOUBLE AS ${role}_rank`;
}

async function readLatencies(db: Database, scenarios: Scenarios): Promise<Population['latencies']> {
  const numbers = [scenarioOf(scenarios, 0, 0), scenarioOf(scenarios, 1, 0)];
  const rows = await db.columns(
    `SELECT * FROM (SELECT scenario, record, ${ranked('baseline')}, ${ranked('candidate')} FROM scenarios WHERE scenario IN (${numbers.join(', ')}))
     ORDER BY scenario, record`,
  );
  const records = rows.rowCount / numbers.length;
  // Ordered by the scenario's number, and so are the ways round.
  return numbers.map((_, way) => {
    const column = (name: string) => rows.numbers(name).subarray(way * records, (way + 1) * records);
    const ranks = { baseline: column('baseline_rank'), candidate: column('candidate_rank') };
    return { baseline: column('baseline'), candidate: column('candidate'), ranks };
  });
}

async function readTriggered(db: Database): Promise<Readonly<Record<Trigger, Uint8Array>>> {
  const rows = await db.columns(
    `SELECT (${triggeredBy('user')})::INTEGER AS by_user, (${triggeredBy('request')})::INTEGER AS by_request FROM population ORDER BY record`,
  );
  return { user: Uint8Array.from(rows.numbers('by_user')), request: Uint8Array.from(rows.numbers('by_request')) };
}

async function readEligible(db: Database, scenarios: Scenarios): Promise<Population['eligible']> {
  const columns = eligibleSql(scenarios);
  if (columns.length === 0) return [];
  const rowsOf = async (way: 0 | 1) =>
    await db.columns(
      `SELECT ${columns.join(', ')} FROM scenarios WHERE scenario = ${scenarioOf(scenarios, way, 0)} ORDER BY record`,
    );
  // One after the other: a connection runs one query at a time.
  const asRecorded = await rowsOf(0);
  const swapped = await rowsOf(1);
  return scenarios.changes.map((_, index): [Uint8Array, Uint8Array] => {
    // A condition on what is missing is NULL, which is not eligible; a typed array of bytes makes NaN 0.
    const flags = (rows: typeof asRecorded) => Uint8Array.from(rows.numbers(`eligible${index}`));
    return [flags(asRecorded), flags(swapped)];
  });
}
