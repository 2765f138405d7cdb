import type { LatencyCurve, LatencyCurves } from '../../domain/evidence.ts';
import type { Role } from '../../domain/role.ts';
import type { JudgedTable } from '../table/judged-table.ts';
import { comparedSides } from '../table/compared-sides.ts';
import type { StageScope } from '../table/stage-scope.ts';

const nanosecondsPerMs = 1e6;

/** Every second percent, what people ask for, and more of the end, where versions differ. */
const probabilities: readonly number[] = [
  ...Array.from({ length: 49 }, (_, index) => (index + 1) / 50),
  0.01,
  0.25,
  0.75,
  0.95,
  0.99,
  0.995,
  0.999,
].toSorted((a, b) => a - b);

/**
 * Both versions' latencies as quantile curves (type 7 of Hyndman and Fan 1996, which the metric `latency.pNN` differs from where latencies tie): in pairs on the requests
 * of the judged cohort whose time of both versions is known; served, each version's on the cohort that it served.
 * @returns undefined where a version has no latency there.
 */
export async function latencyCurves(table: JudgedTable, scope: StageScope): Promise<LatencyCurves | undefined> {
  const { cohort, condition } = comparedSides(scope, (role) => `${role}_latency_ns IS NOT NULL`);
  const baseline = await curve(table, 'baseline', condition.baseline);
  const candidate = await curve(table, 'candidate', condition.candidate);
  if (baseline === undefined || candidate === undefined) return undefined;
  return { comparison: scope.comparison, cohort, probabilities, baseline, candidate };
}

async function curve({ db, name }: JudgedTable, role: Role, condition: string): Promise<LatencyCurve | undefined> {
  const wanted = probabilities.map((probability) => `${probability}::DOUBLE`).join(', ');
  const result = await db.columns(
    `SELECT requests::DOUBLE AS requests, unnest(ns)::DOUBLE / ${nanosecondsPerMs} AS ms FROM (
       SELECT count(*) AS requests, quantile_cont(${role}_latency_ns, [${wanted}]) AS ns FROM ${name} WHERE ${condition})`,
  );
  const requests = result.numbers('requests')[0] ?? 0;
  return requests === 0 ? undefined : { requests, ms: [...result.numbers('ms')] };
}
