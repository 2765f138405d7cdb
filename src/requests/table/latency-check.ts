import { countOf, formatCount, formatQuantity } from '../../domain/format-number.ts';
import { type LatencyField, type LatencyUnit, latencyUnits } from '../../domain/log/latency-field.ts';
import type { Database } from '../../database/database.ts';
import { type ReadOptions, recordedRoles, type Role } from '../values/read-options.ts';
import { unmeasured } from '../values/latency-sql.ts';

/** What became of one version's recorded latencies. */
export interface LatencyReading {
  /** Latencies that are negative or no number; they count as not recorded. */
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
 * or where the unit makes the median absurd. Works on the accepted requests.
 */
export async function checkLatencies(
  db: Database,
  options: ReadOptions,
): Promise<Readonly<Partial<Record<Role, LatencyReading>>>> {
  const found: Partial<Record<Role, LatencyReading>> = {};
  for (const [role, version] of recordedRoles(options)) {
    const column = `${role}_latency_ns`;
    const [row = {}] = await db.rows(`SELECT count(${column})::DOUBLE AS told,
      (count(*) FILTER (WHERE ${column} = ${unmeasured}))::DOUBLE AS wrong,
      (count(*) FILTER (WHERE ${column} > ${longestMedianMs * 1e6} OR ${column} BETWEEN 0 AND ${shortestMedianMs * 1e6}))::DOUBLE AS odd
      FROM requests`);
    const [told, wrong] = [Number(row['told']), Number(row['wrong'])];
    // A median needs every value at once, so it is asked for where it may be absurd alone.
    const median = told > 0 && 2 * Number(row['odd']) >= told - wrong ? await readMedianMs(db, column) : undefined;
    const problem = wrongShare(version, wrong, told) ?? absurdUnit(version, median, options.fields.served?.latency);
    if (problem !== undefined) await db.run(`UPDATE requests SET ${column} = NULL`);
    else if (wrong > 0) await db.run(`UPDATE requests SET ${column} = NULL WHERE ${column} = ${unmeasured}`);
    if (told > 0) found[role] = { unmeasured: wrong, ...(problem === undefined ? {} : { problem }) };
  }
  return found;
}

async function readMedianMs(db: Database, column: string): Promise<number | undefined> {
  const [row = {}] = await db.rows(`SELECT median(${column}) / 1e6 AS median_ms FROM requests WHERE ${column} >= 0`);
  const { median_ms: median } = row;
  return typeof median === 'number' ? median : undefined;
}

/** What to tell of the latencies of a log that are no latencies. */
export function latencyNotes(options: ReadOptions, found: Readonly<Partial<Record<Role, LatencyReading>>>): string[] {
  return recordedRoles(options).flatMap(([role, version]) => {
    const { unmeasured: wrong = 0, problem } = found[role] ?? {};
    if (problem !== undefined) return [`no latency counts of ${problem}`];
    return wrong === 0
      ? []
      : [
          `${countOf(wrong, 'latency', 'latencies')} of ${version} ${wrong === 1 ? 'is' : 'are'} negative or no number, and count as not recorded`,
        ];
  });
}

function wrongShare(version: string, wrong: number, told: number): string | undefined {
  if (wrong === 0 || wrong < mostUnmeasured * told) return undefined;
  return `${version}: negative or no number, ${formatCount(wrong)} of ${countOf(told, 'recorded latency', 'recorded latencies')}`;
}

function absurdUnit(
  version: string,
  medianMs: number | undefined,
  latency: LatencyField | undefined,
): string | undefined {
  if (medianMs === undefined || (medianMs <= longestMedianMs && (medianMs >= shortestMedianMs || medianMs === 0)))
    return undefined;
  const stated = typeof latency === 'object' && 'unit' in latency ? latency.unit : 'ms';
  const found = `${version}: the median of the recorded latencies is ${formatQuantity(medianMs, 'ms')} where they are read as ${stated}`;
  const fitting = fittingUnit(medianMs / latencyUnits[stated]);
  if (fitting === undefined || (typeof latency === 'object' && 'from' in latency)) return found;
  const path = typeof latency === 'object' ? latency.path : latency;
  const would = formatQuantity((medianMs / latencyUnits[stated]) * latencyUnits[fitting], 'ms');
  const write = path === undefined ? '' : `; write latency: { path: ${path}, unit: ${fitting} }`;
  return `${found}; as ${fitting} it would be ${would}${write}`;
}

/** The unit in which a median comes nearest to what requests usually take, where that is a time that some do. */
function fittingUnit(median: number): LatencyUnit | undefined {
  const orders = (unit: LatencyUnit) => Math.abs(Math.log10((median * latencyUnits[unit]) / usualMs));
  const units = ['ms', 's', 'us', 'ns'] as const;
  const [nearest] = units.toSorted((left, right) => orders(left) - orders(right));
  return nearest !== undefined && orders(nearest) < 3 ? nearest : undefined;
}
