import { holdsNumbers } from '../../domain/told-number.ts';
import { unusableFile, UserError } from '../../domain/errors.ts';
import type { Evidence } from '../../domain/evidence.ts';
import type { RequestFileFacts } from '../../domain/log/request-file-facts.ts';
import type { MarkedSince } from '../../domain/log/record-marks.ts';
import type { Stage } from '../../domain/plan.ts';
import { resolveRequestFiles } from '../../requests/files/request-files.ts';
import { sourcesOf } from '../outcomes/outcome-sources.ts';
import { type MovedFile, movedFiles } from '../rollout/request-prefix.ts';
import { ofStage, type Rollout } from '../rollout/rollout.ts';
import { stagePeriods } from '../rollout/stage-periods.ts';
import { readStageRequests } from '../rollout/stage-requests.ts';
import { withDatabase, withScratch, workFolder } from '../rollout/work-folder.ts';
import { changeOfSource } from '../sources/objects.ts';
import type { World } from '../world.ts';

/**
 * Holds the log against what an evaluation read: files that at most grew, or the same records in other files.
 * @returns what a person should know although it does not stop the change, a sentence each.
 * @throws UserError (exit 5) for records that changed.
 */
export async function checkRequests(
  world: World,
  rollout: Rollout,
  stage: Stage,
  { inputs }: Evidence,
  refused: (why: string) => Error,
): Promise<readonly string[]> {
  const areNumbers = holdsNumbers(inputs.format);
  const told = await checkSources(world, rollout, inputs, refused);
  const moved = await movedFiles(rollout.folder, inputs.requests, {
    fixed: areNumbers,
    change: (facts) => changeOfSource(world, rollout, facts),
  });
  const changed = moved.find(({ change }) => change !== 'absent');
  const changedText = `${changed?.facts.path} is no longer what was evaluated`;
  const since = moved.length === 0 || areNumbers ? undefined : await sinceEvaluated(world, rollout, stage, inputs);
  if (moved.length === 0 || since?.contained === true) return told;
  if (changed !== undefined) throw refused(since === undefined ? changedText : `${changedText}: ${since.difference}`);
  if (since !== undefined && since.missing !== recordsOf(moved))
    throw refused(`${moved[0]?.facts.path} is not here, and ${since.difference}`);
  return [...told, ...moved.map(notHere)];
}

function notHere({ facts }: MovedFile): string {
  return `${facts.path} is not here; it could not be compared with what was evaluated.`;
}

/** Files of numbers, and those that keep what a server said, may not change. */
async function checkSources(
  world: World,
  rollout: Rollout,
  { sources = {} }: Evidence['inputs'],
  refused: (why: string) => Error,
): Promise<readonly string[]> {
  const files = Object.values(sources).flatMap(({ requests }) => requests);
  const change = (facts: RequestFileFacts) => changeOfSource(world, rollout, facts);
  const moved = await movedFiles(rollout.folder, files, { fixed: true, change });
  const changed = moved.find((each) => each.change !== 'absent');
  if (changed !== undefined) throw refused(`${changed.facts.path} is no longer what was evaluated`);
  return moved.map(notHere);
}

/** What became of the records; undefined where the log is not here, or nobody marked them. */
async function sinceEvaluated(
  world: World,
  rollout: Rollout,
  stage: Stage,
  { records }: Evidence['inputs'],
): Promise<MarkedSince | undefined> {
  if (records === undefined) return undefined;
  const staged = ofStage(rollout, stage);
  try {
    await resolveRequestFiles(staged.folder, staged.plan.requests.source);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
  const scratch = await withScratch(world, rollout.folder);
  const { since } = await withDatabase(scratch, workFolder(scratch, rollout.folder), (db) =>
    readStageRequests(db, staged, sourcesOf(staged), {
      periods: stagePeriods(rollout, stage)?.periods,
      marks: { before: records },
    }),
  );
  if (since === undefined) throw unusableFile('the log holds none of the requests that were evaluated');
  return since;
}

/** How many records were read of files that are not here. */
function recordsOf(moved: readonly MovedFile[]): number {
  return moved.reduce((sum, { facts }) => sum + acceptedOf(facts), 0);
}

function acceptedOf({ rows, rejected, collapsed, leftOut }: RequestFileFacts): number {
  return Object.values(rejected).reduce((left, count) => left - count, rows - collapsed - (leftOut?.records ?? 0));
}
