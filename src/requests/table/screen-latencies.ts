import type { LogSource } from './live-split.ts';
import { countOf, formatCount, formatQuantity } from '../../domain/format-number.ts';
import { type LatencyUnit, latencyUnits } from '../../domain/log/latency-field.ts';
import type { Database } from '../../database/database.ts';
import { type Role, roles } from '../../domain/role.ts';
import { latencyUnitOf, type ReadOptions, recordedRoles } from '../values/read-options.ts';
import { latencyScales, mixedFiles, otherUnits } from './latency-scale.ts';
import { unmeasured } from '../values/latency-sql.ts';

/** What became of one version's recorded latencies. */
export interface LatencyReading {
  /** Latencies that are negative or not a number; they count as not recorded. */
  readonly unmeasured: number;
  /** Why none of the version's latencies count; absent where they do. */
  readonly problem?: string;
}

/** From this share of negative or unreadable latencies on, whatever wrote them is not to be believed. */
const mostUnmeasured = 0.01;
/** No request of a model takes longer on the median than an hour, or less than a microsecond, in ms. */
const longestMedianMs = 3_600_000;
const shortestMedianMs = 1e-3;
const usualMs = 50;

/**
 * Counts the latencies that cannot be one, and takes back those of a version that are wrong throughout: where every hundredth is negative,
 * or where the unit makes the median absurd; and those of both, where they are in different units. Works on the accepted requests, of
 * which it is known how they ended.
 */
export async function screenLatencies({
  db,
  options,
  files,
}: LogSource): Promise<Readonly<Partial<Record<Role, LatencyReading>>>> {
  const paths = files.map(({ path }) => path);
  const found: Partial<Record<Role, LatencyReading>> = {};
  const scales: Partial<Record<Role, Awaited<ReturnType<typeof latencyScales>>>> = {};
  let areMixed = false;
  for (const [role, version] of recordedRoles(options)) {
    const column = `${role}_latency_ns`;
    // Only an answer can come at once; beside a failure a time of 0 says that there is none.
    await db.run(`UPDATE requests SET ${column} = NULL WHERE ${column} <= 0 AND ${role}_error IS NOT NULL`);
    const { told, wrong, medianMs } = await countLatencies(db, column);
    const ofRole = (scales[role] = await latencyScales(db, role));
    const mixed = mixedFiles(version, ofRole, paths, options);
    areMixed ||= mixed !== undefined;
    const problem = wrongShare(version, wrong, told) ?? mixed ?? absurdUnit(version, medianMs, options, role);
    if (wrong > 0) await db.run(`UPDATE requests SET ${column} = NULL WHERE ${column} = ${unmeasured}`);
    if (told > 0) found[role] = { unmeasured: wrong, ...(problem === undefined ? {} : { problem }) };
  }
  // Where the files differ, so do the versions, which then have no unit each.
  const apart = areMixed ? undefined : otherUnits(scales, options);
  for (const [role, reading] of eachOf(found)) {
    const problem = apart ?? reading.problem;
    if (problem === undefined) continue;
    await db.run(`UPDATE requests SET ${role}_latency_ns = NULL`);
    found[role] = { ...reading, problem };
  }
  return found;
}

function eachOf(found: Readonly<Partial<Record<Role, LatencyReading>>>): [role: Role, reading: LatencyReading][] {
  return roles.flatMap((role) => {
    const reading = found[role];
    return reading === undefined ? [] : [[role, reading]];
  });
}

/** How many latencies there are, how many of them are none, and the median of the others where it may be absurd. */
async function countLatencies(db: Database, column: string) {
  const [row = {}] = await db.rows(`SELECT count(${column})::DOUBLE AS told,
    (count(*) FILTER (WHERE ${column} = ${unmeasured}))::DOUBLE AS wrong,
    (count(*) FILTER (WHERE ${column} > ${longestMedianMs * 1e6} OR ${column} BETWEEN 0 AND ${shortestMedianMs * 1e6}))::DOUBLE AS odd
    FROM requests`);
  const [told, wrong] = [Number(row['told']), Number(row['wrong'])];
  // A median needs every value at once, so it is asked for where it may be absurd alone.
  const mayBeAbsurd = told > 0 && 2 * Number(row['odd']) >= told - wrong;
  return { told, wrong, medianMs: mayBeAbsurd ? await readMedianMs(db, column) : undefined };
}

async function readMedianMs(db: Database, column: string): Promise<number | undefined> {
  const [row = {}] = await db.rows(`SELECT median(${column}) / 1e6 AS median_ms FROM requests WHERE ${column} >= 0`);
  const { median_ms: median } = row;
  return typeof median === 'number' ? median : undefined;
}

/** What to tell of the latencies of a log that are no latencies. */
export function latencyNotes(options: ReadOptions, found: Readonly<Partial<Record<Role, LatencyReading>>>): string[] {
  const notes = recordedRoles(options).flatMap(([role, version]) => {
    const { unmeasured: wrong = 0, problem } = found[role] ?? {};
    if (problem !== undefined) return [`no latency counts of ${problem}`];
    return wrong === 0
      ? []
      : [
          `${countOf(wrong, 'latency', 'latencies')} of ${version} ${wrong === 1 ? 'is' : 'are'} negative or not a number, and count as not recorded`,
        ];
  });
  return [...new Set(notes)];
}

function wrongShare(version: string, wrong: number, told: number): string | undefined {
  if (wrong === 0 || wrong < mostUnmeasured * told) return undefined;
  return `${version}: negative or not a number, ${formatCount(wrong)} of ${countOf(told, 'recorded latency', 'recorded latencies')}`;
}

function absurdUnit(
  version: string,
  medianMs: number | undefined,
  options: ReadOptions,
  role: Role,
): string | undefined {
  if (medianMs === undefined || (medianMs <= longestMedianMs && (medianMs >= shortestMedianMs || medianMs === 0)))
    return undefined;
  const stated = latencyUnitOf(options, role);
  const latency = options.fields.served?.latency;
  const found = `${version}: the median of the recorded latencies is ${formatQuantity(medianMs, 'ms')} where they are read as ${stated}`;
  const fitting = fittingUnit(medianMs / latencyUnits[stated]);
  if (fitting === undefined || (typeof latency === 'object' && 'from' in latency)) return found;
  const would = formatQuantity((medianMs / latencyUnits[stated]) * latencyUnits[fitting], 'ms');
  const path = typeof latency === 'object' ? latency.path : latency;
  const write =
    path === undefined || options.latencyUnit !== undefined
      ? `latencyUnit, such as { baseline: ${fitting}, candidate: ${fitting} }`
      : `latency: { path: ${path}, unit: ${fitting} }`;
  return `${found}; as ${fitting} it would be ${would}; write ${write}`;
}

/** The unit in which a median comes nearest to what requests usually take, where that is a time that some do. */
function fittingUnit(median: number): LatencyUnit | undefined {
  const orders = (unit: LatencyUnit) => Math.abs(Math.log10((median * latencyUnits[unit]) / usualMs));
  const units = ['ms', 's', 'us', 'ns'] as const;
  const [nearest] = units.toSorted((left, right) => orders(left) - orders(right));
  return nearest !== undefined && orders(nearest) < 3 ? nearest : undefined;
}
