import type { CheckResult } from '../../domain/evidence.ts';
import type { GoldenFileFacts } from '../../domain/log/request-file-facts.ts';
import { isRecorded } from '../../domain/registry.ts';
import { loadReplayed } from '../../replay/store/outcome-tables.ts';
import { replayVersions } from '../../replay/replay-version.ts';
import type { Database } from '../../database/database.ts';
import { goldenCheck, type GoldenAnswer, type GoldenResult } from '../../verdict/checks/golden.ts';
import { workFolder, withDatabase } from '../rollout/work-folder.ts';
import { noteErrors } from '../outcomes/note-errors.ts';
import { replayOf } from '../outcomes/obtain-outcomes.ts';
import { outcomeStoreFolder } from '../outcomes/store-location.ts';
import type { Rollout } from '../rollout/rollout.ts';
import type { World } from '../world.ts';
import { readGolden, type RolloutWithGolden } from './read-golden.ts';
import type { GoldenRequest } from './resolve-golden.ts';
import type { GoldenReview } from '../../report/commands/golden-review.ts';

/** What the golden requests of a plan showed. */
export interface JudgedGolden {
  readonly files: readonly GoldenFileFacts[];
  readonly check: CheckResult;
}

/**
 * Asks the candidate the plan's golden requests, one by one as a user would, and says whether each answer is the right one. What is
 * in the outcome store is not asked again. It does not matter what the log is: of a live split or of dashboard
 * numbers too the candidate itself is asked. Only the recorded outcomes of a version that cannot be run are taken from the records.
 *
 * @param fresh asks anew whatever is stored
 * @returns undefined where the plan names no golden requests
 * @throws UserError (exit 5 or 130) for wrong golden files, and a candidate that cannot be loaded
 */
export async function judgeGolden(world: World, rollout: Rollout, fresh: boolean): Promise<JudgedGolden | undefined> {
  const { plan, candidate } = rollout;
  const set = await readGolden(world, rollout);
  if (set === undefined || plan.golden === undefined) return undefined;
  const { files, requests } = set;
  const answers = canRun(rollout)
    ? await withDatabase(world, workFolder(world, rollout.folder), (db) => ask(world, rollout, db, requests, fresh))
    : requests.map(({ recorded }) => recorded);
  const results = requests.map(({ id, right, tolerance }, index): GoldenResult => ({
    id,
    right,
    tolerance,
    answer: answers[index],
  }));
  return { files, check: goldenCheck(plan.golden.action, candidate.version, results) };
}

/** Whether there is anything that the candidate could be asked. */
function canRun({ candidate }: Pick<Rollout, 'candidate'>): boolean {
  return !isRecorded(candidate.entry.artifact.runtime);
}

async function ask(
  world: World,
  rollout: Rollout,
  db: Database,
  requests: readonly GoldenRequest[],
  fresh: boolean,
): Promise<readonly GoldenAnswer[]> {
  const { folder, candidate } = rollout;
  await db.run('CREATE TABLE golden (seq BIGINT, input VARCHAR)');
  await db.append('golden', [requests.map((_, index) => index), requests.map(({ input }) => input)]);
  const store = { folder: outcomeStoreFolder(workFolder(world, folder)), fresh };
  const place = { db, table: 'golden', store };
  const asked = await replayOf(world, rollout, 'candidate', place, 'golden requests');
  const replay = { ...asked, host: { ...asked.host, batch: 1 } };
  const [replayed] = await replayVersions([replay], world.signal);
  if (replayed === undefined) throw new Error('the golden requests gave no result');
  await loadReplayed(db, 'golden_outcomes', replayed);
  await noteErrors(world, db, 'golden_outcomes', candidate.version);
  const rows = await db.rows('SELECT error, label, value FROM golden_outcomes ORDER BY seq');
  return rows.map(({ error, label, value }): GoldenAnswer => {
    if (typeof error === 'string') return { error };
    const prediction = label ?? value;
    return typeof prediction === 'string' || typeof prediction === 'number'
      ? { prediction }
      : { error: 'bad-response' };
  });
}

/** Counts a plan's golden requests without asking any. @returns undefined where it names none. @throws UserError (exit 5) for wrong files */
export async function reviewGolden(world: World, rollout: RolloutWithGolden): Promise<GoldenReview | undefined> {
  const set = await readGolden(world, rollout);
  if (set === undefined) return undefined;
  const { files, requests } = set;
  const unanswered = requests.filter(({ recorded }) => recorded === undefined);
  return {
    files: files.length,
    requests: requests.length,
    unanswerable: canRun(rollout) ? 0 : unanswered.length,
  };
}
