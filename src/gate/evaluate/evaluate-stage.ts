import { asSentence } from '../../report/words/style.ts';
import type { Evidence, EvidenceInputs } from '../../domain/evidence.ts';
import type { RolloutPlan, Stage } from '../../domain/plan.ts';
import { freeKindOf } from '../../domain/scores/free-answer.ts';
import { scoredChanges } from '../../metrics/scored-changes.ts';
import { confusionChanges } from '../../metrics/confusion-changes.ts';
import { MemoryMeasurer } from '../../metrics/memory-measurer.ts';
import { latencyCurves } from '../../metrics/quantiles/latency-curves.ts';
import type { StageScope } from '../../metrics/table/stage-scope.ts';
import { lateClause } from '../../verdict/checks/clocks.ts';
import { assignUnits } from '../../requests/table/assign-units.ts';
import type { Database } from '../../database/database.ts';
import type { Beside } from '../look/beside.ts';
import { concludeLook } from '../look/conclude-look.ts';
import { assignedShare } from '../judge/assigned-share.ts';
import { judgeStage } from '../judge/judge-stage.ts';
import { keptRowsPlace, type KeptRowsOptions } from '../rollout/kept-rows.ts';
import { workFolder } from '../rollout/work-folder.ts';
import { obtainDifferences, wantsDifferences } from '../outcomes/obtain-differences.ts';
import { obtainOutcomes } from '../outcomes/obtain-outcomes.ts';
import { guardedScores, obtainScores } from '../outcomes/obtain-scores.ts';
import { storeOf } from '../outcomes/store-location.ts';
import { loadFacts, repeatFacts, type OutcomeSources, sourcesOf } from '../outcomes/outcome-sources.ts';
import { readInputDrift } from './read-drift.ts';
import { prepareJudgement } from './prepare-judgement.ts';
import { movedFiles, movedText, type MovedFile } from '../rollout/request-prefix.ts';
import { type Rollout } from '../rollout/rollout.ts';
import { stageBefore, type StagePeriods } from '../rollout/stage-periods.ts';
import { concludeNothing, logToCome } from './nothing-served.ts';
import { checkPeriods } from './served-periods.ts';
import { readStageRequests, type StageRequests } from '../rollout/stage-requests.ts';
import type { World } from '../world.ts';
import type { FetchedObject } from '../../remote/storage/fetch-objects.ts';
import { withEtags, withWritings } from '../sources/objects.ts';

/** What judging a stage's log needs beside the log. */
interface StageOptions extends KeptRowsOptions {
  readonly store?: string;
  readonly fill?: boolean;
  readonly beside: Beside;
  readonly periods: StagePeriods | undefined;
  readonly objects: readonly FetchedObject[];
}

/** Judges a stage on its log: reads it, obtains both versions' outcomes, and concludes. @throws UserError (exit 2, 5 or 130) */
export async function evaluateStage(
  world: World,
  rollout: Rollout,
  stage: Stage,
  db: Database,
  previous: Evidence | undefined,
  options: StageOptions,
): Promise<Evidence> {
  const { beside, periods, objects } = options;
  const { plan, folder, candidate } = rollout;
  const sources = sourcesOf(rollout);
  const toCome = await logToCome(rollout, periods);
  if (toCome !== undefined)
    return await concludeNothing(world, rollout, stage, previous, { beside, why: toCome, checks: [] });
  const moved = await movedFiles(folder, previous?.inputs.requests ?? []);
  const read = await readStageRequests(db, rollout, sources, {
    periods: periods?.periods,
    marks: { before: moved.length === 0 ? undefined : previous?.inputs.records },
    kept: keptRowsPlace(world, folder, options),
  });
  const log = { ...read, newest: withWritings(read.newest, objects) };
  const late = log.totals.live ? lateClause(log.newest, plan.requests.settleMs) : undefined;
  for (const note of [...log.notes, ...(late === undefined ? [] : [late])]) world.note(asSentence(note));
  if (periods !== undefined && log.totals.live && (log.totals.outcomes.candidate ?? 0) === 0) {
    const checks = [checkPeriods(rollout, periods, [], log.totals)];
    const why = 'its log has no answer of it in any known period';
    return await concludeNothing(world, rollout, stage, previous, { beside, why, checks });
  }
  // Before anything is replayed, since a field that is not in the log would end it.
  const inputDrift = await readInputDrift(db, rollout);
  await assignUnits(db, plan.assignment);
  const { facts, memory, untold } = await obtainAnswers(world, rollout, stage, db, { ...options, sources, log });
  const now = world.now().toISOString();
  const assigned = await assignedShare(rollout, stage);
  const known = { sources, inputDrift, untold, periods, before: stageBefore(rollout, stage), now };
  const { judged, table } = await prepareJudgement(db, rollout, stage, log, known);
  const isFree = freeKindOf(candidate.entry.signature.output) !== undefined;
  const measurer = new MemoryMeasurer(judged.measurer, { peaks: memory, ...wholeSize(judged.scope) });
  return await concludeLook(world, rollout, stage, previous, {
    inputs: {
      ...readInputs(plan, log),
      requests: withEtags(log.files, objects),
      ...facts,
      ...loadFacts(plan, sources),
      ...repeatFacts(plan),
    },
    scope: judged.scope,
    latency: await latencyCurves(table, judged.scope),
    confusion: isFree ? undefined : await confusionChanges(table, judged.scope),
    scored: await scoredChanges(table, judged.scope, guardedScores(plan)),
    lost: lostText(moved, log.since),
    beside,
    judge: (frozen) => judgeStage({ ...judged, assigned, measurer, now }, frozen),
  });
}

/** Both versions' outcomes of a log, what scores them, and where their answers differ. */
async function obtainAnswers(
  world: World,
  rollout: Rollout,
  stage: Stage,
  db: Database,
  { fresh = false, store: chosen, fill = false, sources, log }: StageOptions & AnswerSources,
) {
  const store = { ...storeOf(world, rollout, chosen), fresh };
  const request = { db, stage, sources, requests: log.identity, store };
  const outcomes = await obtainOutcomes(world, rollout, { ...request, fill: chosen === undefined || fill || fresh });
  await obtainScores(world, rollout, { db, sources, workFolder: workFolder(world, rollout.folder), fresh });
  const untold =
    log.totals.live && wantsDifferences(rollout.plan)
      ? await obtainDifferences(world, rollout, { db, store })
      : undefined;
  return { ...outcomes, untold };
}

interface AnswerSources {
  readonly sources: OutcomeSources;
  readonly log: StageRequests;
}

/** Why the log does not contain what the last look read; undefined where the same records are in other files. */
function lostText(moved: readonly MovedFile[], since: StageRequests['since']): string | undefined {
  if (since === undefined) return movedText(moved);
  return since.contained ? undefined : `${movedText(moved)}: ${since.difference}`;
}

/** How the log was read: canary's own format goes without saying. */
function readInputs(
  { requests: { format, sample } }: RolloutPlan,
  { marks }: StageRequests,
): Pick<EvidenceInputs, 'format' | 'sample' | 'records'> {
  return {
    ...(format === 'canary' ? {} : { format }),
    ...(sample === undefined ? {} : { sample }),
    ...(marks === undefined ? {} : { records: marks }),
  };
}

/** A user is in one cohort, so the cohorts add up to the whole. */
function wholeSize({ cohorts }: StageScope): { readonly units: number; readonly requests: number } {
  const parts = cohorts.some(({ name }) => name === 'all') ? cohorts.filter(({ name }) => name === 'all') : cohorts;
  return { units: total(parts.map(({ units }) => units)), requests: total(parts.map(({ requests }) => requests)) };
}

function total(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0);
}
