import { countOf, formatCount, formatShare } from '../../domain/format-number.ts';
import { isTriggered } from '../../domain/statistics/bounded-metric.ts';
import { guardedMetrics } from '../../domain/judged.ts';
import { isRecorded } from '../../domain/registry.ts';
import { type Role, roles } from '../../domain/role.ts';
import type { Database } from '../../database/database.ts';
import type { RequestTotals } from '../../requests/table/request-totals.ts';
import { loadReplayed } from '../../replay/store/outcome-tables.ts';
import type { StoreSettings } from '../../replay/store/outcome-store.ts';
import { replayVersions } from '../../replay/replay-version.ts';
import { answerByThreshold } from '../rollout/threshold-answers.ts';
import type { Rollout } from '../rollout/rollout.ts';
import type { World } from '../world.ts';
import { isStored, replayOf, storeOnly, strataOf } from './obtain-outcomes.ts';

/** A replay that stands for what was served gives the same answer at least so often. */
const leastAgreement = 0.999;
/** So many requests tell whether a version draws its answers. */
const askedAgain = 500;

/** Whether a plan compares a metric only where the versions' answers differ. */
export function wantsDifferences(plan: Rollout['plan']): boolean {
  return guardedMetrics(plan).some(isTriggered);
}

interface DifferenceRequest {
  readonly db: Database;
  readonly store: StoreSettings;
}

/**
 * Replays the requests of a live split through both versions and makes the table `answer_differences`: `seq` and `differs`, whether the versions
 * answer a request differently. Whoever served it, both answers are replayed ones, so that both cohorts are treated alike.
 * @returns why nothing could be told, as a clause; undefined where the table is made.
 */
export async function obtainDifferences(
  world: World,
  rollout: Rollout,
  request: DifferenceRequest,
): Promise<string | undefined> {
  const { db } = request;
  const unplayable = roles.find((role) => isRecorded(rollout[role].entry.artifact.runtime));
  if (unplayable !== undefined)
    return `${rollout[unplayable].version} is recorded in the registry, and cannot be replayed`;
  const [missing = {}] = await db.rows(
    'SELECT count(*) FILTER (WHERE input IS NULL) AS without, count(*) AS requests FROM requests',
  );
  if (Number(missing['without']) > 0)
    return `${countOf(Number(missing['without']), 'request')} of ${formatCount(Number(missing['requests']))} in the log have no input, so they cannot be replayed`;
  await replayAnswers(world, rollout, request, 'requests', '', '_answers');
  for (const role of roles) {
    const [counts = {}] =
      await db.rows(`SELECT count(*) AS told, count(*) FILTER (WHERE ${isSame(`requests.${role}_`, 'again.')}) AS same
      FROM requests JOIN ${role}_answers AS again USING (seq)
      WHERE requests.${role}_present AND requests.${role}_error IS NULL AND coalesce(requests.${role}_label, requests.${role}_value::VARCHAR) IS NOT NULL`);
    const [told, same] = [Number(counts['told']), Number(counts['same'])];
    if (told === 0)
      return `the log does not say what ${rollout[role].version} answered, so its replay cannot be compared with it`;
    if (same < leastAgreement * told) return await whyUnlike(world, rollout, request, role, same / told);
  }
  await db.run(`CREATE OR REPLACE TABLE answer_differences AS
    SELECT seq, NOT (${isSame('one.', 'other.')}) AS differs FROM baseline_answers AS one JOIN candidate_answers AS other USING (seq)`);
  return undefined;
}

/** As `obtainDifferences` where the plan asks, with what earlier evaluations left in the store alone. @returns undefined where it lacks some */
export async function loadStoredDifferences(
  world: World,
  rollout: Rollout,
  { live }: Pick<RequestTotals, 'live'>,
  request: DifferenceRequest,
): Promise<{ readonly areReplayed: boolean; readonly untold?: string | undefined } | undefined> {
  if (!live || !wantsDifferences(rollout.plan)) return { areReplayed: false };
  const found = obtainDifferences(storeOnly(world), rollout, request);
  if (!(await isStored(found))) return undefined;
  const untold = await found;
  return { areReplayed: untold === undefined, untold };
}

/** Two outcomes are the same answer, or both are none. */
function isSame(one: string, other: string): string {
  const value = `(${one}value IS NOT DISTINCT FROM ${other}value OR abs(${one}value - ${other}value) <= 1e-6 * greatest(abs(${one}value), abs(${other}value)))`;
  return `((${one}error IS NULL) = (${other}error IS NULL) AND (${one}error IS NOT NULL
    OR CASE WHEN ${one}label IS NOT NULL OR ${other}label IS NOT NULL THEN ${one}label IS NOT DISTINCT FROM ${other}label ELSE coalesce(${value}, false) END))`;
}

/** Says whether a version that answers otherwise than it served draws its answers. */
async function whyUnlike(
  world: World,
  rollout: Rollout,
  request: DifferenceRequest,
  role: Role,
  agreement: number,
): Promise<string> {
  const { db } = request;
  await db.run(`CREATE OR REPLACE VIEW asked_again AS SELECT * FROM requests WHERE seq < ${askedAgain}`);
  await replayAnswers(world, rollout, request, 'asked_again', 'again', '_again');
  const [counts = {}] =
    await db.rows(`SELECT count(*) AS asked, count(*) FILTER (WHERE NOT (${isSame('one.', 'other.')})) AS differing
    FROM ${role}_answers AS one JOIN ${role}_again AS other USING (seq)`);
  const { version } = rollout[role];
  if (Number(counts['differing']) > 0)
    return `${version} answers at random: asked again,  ${String(counts['differing'])} of ${countOf(Number(counts['asked']), 'answer')} differed`;
  return `${version} does not answer as it served: its replay gives the served answer on ${formatShare(agreement)} of its requests, and ${formatShare(leastAgreement)} is needed`;
}

/** Replays a table into `<role>END`. @param again tells it in the store from another replay of the same requests */
async function replayAnswers(
  world: World,
  rollout: Rollout,
  { db, store }: DifferenceRequest,
  table: string,
  again: string,
  end: string,
): Promise<void> {
  const strata = await strataOf(rollout, store);
  const replays = await Promise.all(
    roles.map(async (role) => ({
      ...(await replayOf(world, rollout, role, { db, table, strata, store })),
      ...(again === '' ? {} : { again }),
    })),
  );
  const replayed = await replayVersions(replays, world.signal);
  for (const [index, role] of roles.entries()) {
    const result = replayed[index];
    if (result === undefined) throw new Error('a replay gave no result');
    await loadReplayed(db, `${role}${end}`, result);
    await answerByThreshold(db, `${role}${end}`, rollout, role);
  }
}
