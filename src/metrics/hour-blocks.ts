import { metricTraits } from '../domain/metric.ts';
import type { Role } from '../domain/role.ts';
import { type BlockedChange, blockedChange, blockErrors, type BlockSide } from '../stats/estimates/hour-blocks.ts';
import type { LogScale } from '../stats/estimates/linearized.ts';
import { type Uncomputable, uncomputable } from '../stats/result.ts';
import { both } from './table/conditions.ts';
import type { Measured } from './table/estimate.ts';
import type { JudgedTable } from './table/judged-table.ts';
import { sliceCondition } from './table/slice.ts';
import type { Subject, TestedQuantity } from './table/subject.ts';

/** A change of latency that was measured, and is to be looked at by hours. */
export interface ChangeByHours {
  readonly subject: Subject;
  readonly quantity: Exclude<TestedQuantity, 'own'>;
  readonly measured: Measured;
}

const timed = (role: Role) => `${role}_latency_ns IS NOT NULL`;

/**
 * The standard error of a change of latency with hours as blocks, on the scale on which the change is tested.
 * @param table with the column `at`.
 */
export async function readHourBlocks(
  table: JudgedTable,
  { subject, quantity, measured }: ChangeByHours,
): Promise<BlockedChange | Uncomputable> {
  const { metric } = subject;
  if (metric.family !== 'latency' || measured.kind !== 'linearized')
    return uncomputable(`${metricTraits(metric).concern} cannot be compared by the hour`);
  const { baseline = Number.NaN, candidate = Number.NaN, logScale } = measured;
  const conditions = conditionsOf(subject);
  const values = { baseline, candidate };
  const sides = await sidesByHour(table, conditions, (role) =>
    metric.statistic === 'mean'
      ? `${role}_latency_ns`
      : `(${role}_latency_ns <= ${Math.round(values[role] * 1e6)})::INTEGER`,
  );
  if (sides === undefined) return uncomputable('a version has no request with a time');
  const errors = { baseline: blockErrors(sides.baseline), candidate: blockErrors(sides.candidate) };
  if (metric.statistic === 'mean') {
    // Nanoseconds; relative to the baseline's mean where the bound is.
    const [weight, unit] = quantity === 'relative' ? [candidate / baseline, 1e6 * baseline] : [1, 1e6];
    return blockedChange(combined(errors, 1 / unit, weight / unit));
  }
  const slopes = {
    baseline: await slopeOf(table, conditions, 'baseline', metric.probability, errors.baseline),
    candidate: await slopeOf(table, conditions, 'candidate', metric.probability, errors.candidate),
  };
  if (slopes.baseline === undefined || slopes.candidate === undefined)
    return uncomputable('the hours differ too much for a quantile so far out');
  // On the logarithm; a bound in ms counts with the baseline's own error, as its quantile makes a ratio of it.
  const weight = isAbsolute(logScale) ? baseline / candidate : 1;
  return blockedChange(combined(errors, -slopes.candidate, -slopes.baseline * weight));
}

function isAbsolute(scale: LogScale | undefined): boolean {
  return scale !== undefined && scale.offset !== -1;
}

function combined(errors: Readonly<Record<Role, Float64Array>>, candidate: number, baseline: number): Float64Array {
  return errors.candidate.map((error, block) => candidate * error - baseline * (errors.baseline[block] ?? 0));
}

function conditionsOf({ comparison, slice }: Subject): Readonly<Record<Role, string>> {
  if (comparison === 'paired') {
    const condition = `${sliceCondition(slice)} AND ${both(timed)}`;
    return { baseline: condition, candidate: condition };
  }
  return {
    baseline: `${sliceCondition({ ...slice, cohort: 'stable' })} AND ${timed('baseline')}`,
    candidate: `${sliceCondition({ ...slice, cohort: 'canary' })} AND ${timed('candidate')}`,
  };
}

/** Both versions by the same hours, those in which either has requests. */
async function sidesByHour(
  { db, name }: JudgedTable,
  conditions: Readonly<Record<Role, string>>,
  valueOf: (role: Role) => string,
): Promise<Readonly<Record<Role, BlockSide>> | undefined> {
  const columns = (role: Role) =>
    `count(*) FILTER (WHERE ${conditions[role]})::DOUBLE AS ${role}_requests,
     coalesce(sum((${valueOf(role)})::HUGEINT) FILTER (WHERE ${conditions[role]}), 0)::DOUBLE AS ${role}_sum`;
  const rows = await db.columns(
    `SELECT epoch_ms("at") // 3600000 AS hour, ${columns('baseline')}, ${columns('candidate')} FROM ${name}
     WHERE (${conditions.baseline}) OR (${conditions.candidate}) GROUP BY hour ORDER BY hour`,
  );
  const sideOf = (role: Role): BlockSide => ({
    requests: rows.numbers(`${role}_requests`),
    sum: rows.numbers(`${role}_sum`),
  });
  const sides = { baseline: sideOf('baseline'), candidate: sideOf('candidate') };
  return isEmpty(sides.baseline) || isEmpty(sides.candidate) ? undefined : sides;
}

function isEmpty({ requests }: BlockSide): boolean {
  return requests.every((count) => count === 0);
}

/** By how much the logarithm of a quantile moves with the share of requests below it, over two standard errors between hours either way. */
async function slopeOf(
  { db, name }: JudgedTable,
  conditions: Readonly<Record<Role, string>>,
  role: Role,
  probability: number,
  errors: Float64Array,
): Promise<number | undefined> {
  const blocks = errors.length;
  const squares = errors.reduce((sum, error) => sum + error * error, 0);
  const reach = 2 * Math.sqrt((blocks / Math.max(1, blocks - 1)) * squares);
  const [below, above] = [probability - reach, probability + reach];
  if (!(below > 0 && above < 1)) return undefined;
  if (reach === 0) return 0;
  const rows = await db.columns(
    `SELECT quantile_disc(${role}_latency_ns, [${below}, ${above}])::DOUBLE[] AS ends,
       ln(ends[2]) - ln(ends[1]) AS distance FROM ${name} WHERE ${conditions[role]}`,
  );
  const distance = rows.numbers('distance')[0] ?? Number.NaN;
  return Number.isFinite(distance) ? distance / (2 * reach) : undefined;
}
