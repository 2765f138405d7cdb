import type { Role } from '../domain/role.ts';
import { type ClusteredQuantile, clusteredQuantile, quantileWindow } from '../stats/clustered-quantile.ts';
import { type Refusal, type Uncomputable, uncomputable } from '../stats/result.ts';
import type { JudgedTable } from './judged-table.ts';

/** One version's quantile on some requests: its value, and its error where there is enough to say one. */
export interface MeasuredQuantile {
  readonly kind: 'measured';
  /** In ms. */
  readonly value: number;
  readonly units: number;
  readonly requests: number;
  readonly clustered: ClusteredQuantile | Refusal | Uncomputable;
}

const nanosecondsPerMs = 1e6;

/**
 * Measures latency quantiles of one set of requests. Sorting and counting stay in DuckDB; what reaches JavaScript is
 * two counts per unit and the quantiles.
 * @param condition on the table; where two sides are measured, it must hold for requests that have both latencies,
 * so that their units are the same in the same order.
 */
export async function measureQuantiles(
  judged: JudgedTable,
  sides: readonly Role[],
  condition: string,
  probability: number,
): Promise<readonly (MeasuredQuantile | Uncomputable)[]> {
  const values = await quantilesAt(judged, sides, condition, () => [probability]);
  if (values === undefined) return sides.map(() => uncomputable('no request has a latency that may be compared'));
  const points = values.map(([value]) => value ?? Number.NaN);
  const constant = await constantSides(judged, sides, condition);
  const counts = await countsByUnit(judged, sides, condition, points);
  const windows = points.map((quantile, side) =>
    constant[side] === true
      ? uncomputable('every request has the same latency')
      : quantileWindow({
          probability,
          quantile,
          requests: counts.requests,
          atMost: counts.atMost[side] ?? new Float64Array(),
        }),
  );
  const neighbours = await quantilesAt(judged, sides, condition, (side) => {
    const window = windows[side];
    return window?.kind === 'window' ? [window.below, window.above] : [];
  });
  return points.map((value, side) => {
    const window = windows[side] ?? uncomputable('the quantile was not measured');
    const [below, above] = neighbours?.[side] ?? [];
    const clustered =
      window.kind === 'window' && below !== undefined && above !== undefined
        ? clusteredQuantile(window, Math.min(below, value), Math.max(above, value))
        : window.kind === 'window'
          ? uncomputable('the quantiles beside it could not be read')
          : window;
    return { kind: 'measured', value, ...counts.size, clustered };
  });
}

/** The sample quantiles (type 7 of Hyndman and Fan 1996) in ms; undefined where the condition holds for no request. */
async function quantilesAt(
  judged: JudgedTable,
  sides: readonly Role[],
  condition: string,
  probabilitiesOf: (side: number) => readonly number[],
): Promise<readonly (readonly number[])[] | undefined> {
  const columns = sides.flatMap((role, side) => {
    const probabilities = probabilitiesOf(side).map((probability) => `${probability}::DOUBLE`);
    // All of a side's quantiles in one call: each call holds every latency in memory, beyond what the database counts.
    const all = `quantile_cont(${role}_latency_ns, [${probabilities.join(', ')}])`;
    return probabilities.map(
      (_, index) => `(${all}[${index + 1}]::DOUBLE / ${nanosecondsPerMs}) AS side${side}_${index}`,
    );
  });
  if (columns.length === 0) return sides.map(() => []);
  const result = await judged.db.columns(
    `SELECT count(*)::DOUBLE AS n, ${columns.join(', ')} FROM ${judged.name} WHERE ${condition}`,
  );
  if (result.numbers('n')[0] === 0) return undefined;
  return sides.map((_, side) =>
    probabilitiesOf(side).map((__, index) => result.numbers(`side${side}_${index}`)[0] ?? Number.NaN),
  );
}

/** Which sides have the same latency on every request: a made-up or capped column, which no interval describes. */
async function constantSides(
  judged: JudgedTable,
  sides: readonly Role[],
  condition: string,
): Promise<readonly boolean[]> {
  const flags = sides.map(
    (role, side) => `(min(${role}_latency_ns) = max(${role}_latency_ns))::INTEGER AS same${side}`,
  );
  const row = await judged.db.columns(`SELECT ${flags.join(', ')} FROM ${judged.name} WHERE ${condition}`);
  return sides.map((_, side) => row.numbers(`same${side}`)[0] === 1);
}

async function countsByUnit(judged: JudgedTable, sides: readonly Role[], condition: string, points: readonly number[]) {
  const atMost = sides.map(
    (role, side) =>
      `count(*) FILTER (WHERE ${role}_latency_ns <= ${(points[side] ?? 0) * nanosecondsPerMs}::DOUBLE)::DOUBLE AS at_most${side}`,
  );
  const rows = await judged.db.columns(
    `SELECT count(*)::DOUBLE AS requests, ${atMost.join(', ')} FROM ${judged.name} WHERE ${condition} GROUP BY unit_index ORDER BY unit_index`,
  );
  const requests = rows.numbers('requests');
  return {
    requests,
    atMost: sides.map((_, side) => rows.numbers(`at_most${side}`)),
    size: { units: requests.length, requests: requests.reduce((sum, count) => sum + count, 0) },
  };
}
