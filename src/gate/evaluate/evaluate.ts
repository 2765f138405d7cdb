import { type Diagnostic } from '../../domain/errors.ts';
import { asSentence } from '../../report/words/style.ts';
import type { Evidence, EvidenceInputs } from '../../domain/evidence.ts';
import type { RolloutPlan, Stage } from '../../domain/plan.ts';
import { freeKindOf } from '../../domain/scores/free-answer.ts';
import { confusionChanges } from '../../metrics/confusion-changes.ts';
import { MemoryMeasurer } from '../../metrics/memory-measurer.ts';
import { latencyCurves } from '../../metrics/quantiles/latency-curves.ts';
import type { StageScope } from '../../metrics/table/stage-scope.ts';
import { assignUnits } from '../../requests/table/assign-units.ts';
import type { Database } from '../../database/database.ts';
import { serializeEvidence } from '../../report/document/serialize-evidence.ts';
import type { Report } from '../../report/document/report.ts';
import { checkRollout } from '../../registry/file/rollout-check.ts';
import { standingEvidence } from '../look/standing-evidence.ts';
import { concludeLook } from '../look/conclude-look.ts';
import { evaluateTold } from '../dashboards/judge-told.ts';
import { assignedShare } from '../judge/assigned-share.ts';
import { judgeStage } from '../judge/judge-stage.ts';
import { type JudgedGolden, judgeGolden } from '../golden/judge-golden.ts';
import {
  type EvidencePlace,
  evidencePlace,
  prepareFolder,
  readLatest,
  requireOwn,
  workFolder,
  writeEvidence,
  withDatabase,
} from '../rollout/work-folder.ts';
import { obtainDifferences, wantsDifferences } from '../outcomes/obtain-differences.ts';
import { obtainOutcomes } from '../outcomes/obtain-outcomes.ts';
import { obtainScores } from '../outcomes/obtain-scores.ts';
import { requireComplete, storeOf } from '../outcomes/replay-rollout.ts';
import { loadFacts, sourcesOf } from '../outcomes/outcome-sources.ts';
import { findingsOf } from './locate-findings.ts';
import { reportOf } from '../report/read-report.ts';
import { withInputs } from '../report/example-inputs.ts';
import { reportFiles, writeReports } from '../report/report-files.ts';
import { readInputDrift } from './read-drift.ts';
import { requireSameAssignment } from '../rollout/assignment-in-force.ts';
import { requireUnmoved } from './require-unmoved.ts';
import { prepareJudgement } from './prepare-judgement.ts';
import { movedFiles, movedText, type MovedFile } from '../rollout/request-prefix.ts';
import { ofStage, openRollout, type Rollout, stageOf } from '../rollout/rollout.ts';
import { stageBefore, type StagePeriods, stagePeriods } from '../rollout/stage-periods.ts';
import { concludeNothing, logToCome } from './nothing-served.ts';
import { checkPeriods } from './served-periods.ts';
import { readStageRequests, type StageRequests } from '../rollout/stage-requests.ts';
import type { World } from '../world.ts';
import type { FetchedObject } from '../../remote/storage/fetch-objects.ts';
import { bucketOf, putObject, withEtags, withObjects } from '../sources/objects.ts';

export interface EvaluateOptions {
  /** The stage that may or may not begin; the first not yet entered where absent. */
  readonly stage?: string;
  /** Where the evidence goes instead of `.canary/PLAN/STAGE/evidence.json`. */
  readonly evidence?: string;
  /** Report files to write beside it, each in the form that its name says. */
  readonly report?: readonly string[];
  /** Shows the recorded inputs of example requests in the reports. */
  readonly includeInputs?: boolean;
  /** Tells whom the plan's notify names of a hold for new reasons. */
  readonly notify?: boolean;
  /** Replays anew instead of using stored outcomes. */
  readonly fresh?: boolean;
  /** Where outcomes are kept instead of `.canary/outcomes`; what is not there is an error, unless `fill` is set. */
  readonly store?: string;
  readonly fill?: boolean;
}

/** An evaluation and what it is told with. */
export interface Evaluation {
  readonly evidence: Evidence;
  readonly model: string;
  /** Where the evidence was written; absent where the state of the rollout decided alone, which is no look. */
  readonly evidenceFile?: string;
  /** What did not pass, at the lines of the plan that asked for it. */
  readonly findings: readonly Diagnostic[];
  /** The same as a report. */
  readonly report: () => Promise<Report>;
}

/**
 * Asks whether a stage may begin: reads its requests, obtains both versions' outcomes, judges them and writes the
 * evidence. The registry is only read.
 * @throws UserError (exit 2, 5 or 130), and then no evidence is written.
 */
export async function evaluate(world: World, file: string, options: EvaluateOptions): Promise<Evaluation> {
  const rollout = await openRollout(world, file);
  const stage = stageOf(rollout, options.stage);
  return await evaluateRollout(world, rollout, stage, options);
}

/** The same of a rollout that was opened. @throws UserError (exit 2, 5 or 130), and then no evidence is written. */
export async function evaluateRollout(
  world: World,
  rollout: Rollout,
  stage: Stage,
  options: EvaluateOptions,
): Promise<Evaluation> {
  const { file } = rollout;
  requireSameAssignment(rollout, 'action');
  const reports = await reportFiles(world, options.report ?? [], rollout.plan.requests.storage);
  const bucket = bucketOf(options.evidence);
  const place = evidencePlace(
    world,
    rollout.folder,
    rollout.plan.name,
    stage.name,
    bucket === undefined ? options.evidence : undefined,
  );
  const check = checkRollout(rollout.registry, rollout.plan.name, stage);
  const isLook = check.status === 'pass';
  const evidence = isLook
    ? await lookAt(world, rollout, stage, place, options)
    : standingEvidence(world, rollout, stage, check);
  if (bucket !== undefined) await putObject(world, bucket, serializeEvidence(evidence), rollout.plan.requests.storage);
  const report = async () => await reportOf(world, evidence, place.latest, file);
  if (reports.length > 0) {
    await writeReports(
      reports,
      options.includeInputs === true ? await withInputs(world, await report()) : await report(),
    );
  }
  const { model } = rollout.plan;
  const written = isLook ? { evidenceFile: place.latest } : {};
  return { evidence, model, ...written, findings: findingsOf(rollout, evidence), report };
}

/** Looks at the stage and writes what was found. */
async function lookAt(
  world: World,
  rollout: Rollout,
  stage: Stage,
  place: EvidencePlace,
  options: EvaluateOptions,
): Promise<Evidence> {
  const work = workFolder(world, rollout.folder);
  await prepareFolder(work);
  if (!world.permissions.run) requireOwn(place.latest);
  const previous = await readLatest(place);
  const golden = await judgeGolden(world, rollout, options.fresh ?? false);
  const periods = stagePeriods(rollout, stage);
  const { rollout: staged, objects } = await withObjects(world, ofStage(rollout, stage), periods?.weightNow === 0);
  const evidence =
    staged.plan.requests.format === 'aggregates'
      ? await evaluateTold(world, staged, stage, previous, golden)
      : await withDatabase(world, work, (db) =>
          evaluateStage(world, staged, stage, db, previous, { ...options, golden, periods, objects }),
        );
  await requireUnmoved(rollout);
  await writeEvidence(place, evidence);
  return evidence;
}

interface StageOptions extends EvaluateOptions {
  readonly golden: JudgedGolden | undefined;
  readonly periods: StagePeriods | undefined;
  readonly objects: readonly FetchedObject[];
}

async function evaluateStage(
  world: World,
  rollout: Rollout,
  stage: Stage,
  db: Database,
  previous: Evidence | undefined,
  { fresh = false, store, fill = false, golden, periods, objects }: StageOptions,
): Promise<Evidence> {
  const { plan, folder, candidate } = rollout;
  const sources = sourcesOf(rollout);
  const toCome = await logToCome(rollout, periods);
  if (toCome !== undefined)
    return await concludeNothing(world, rollout, stage, previous, { golden, why: toCome, checks: [] });
  const moved = await movedFiles(folder, previous?.inputs.requests ?? []);
  const log = await readStageRequests(db, rollout, sources, {
    periods: periods?.periods,
    marks: { before: moved.length === 0 ? undefined : previous?.inputs.records },
  });
  for (const note of log.notes) world.note(asSentence(note));
  if (periods !== undefined && log.totals.live && (log.totals.outcomes.candidate ?? 0) === 0) {
    const checks = [checkPeriods(rollout, periods, [], log.totals)];
    const why = 'its log has no answer of it in any period that is known';
    return await concludeNothing(world, rollout, stage, previous, { golden, why, checks });
  }
  // Before anything is replayed, since a field that is not in the log would end it.
  const inputDrift = await readInputDrift(db, rollout);
  await assignUnits(db, plan.assignment);
  const storeFolder = storeOf(world, rollout, store);
  if (store !== undefined && !fill) await requireComplete(world, rollout, { db, sources, storeFolder });
  const { facts, memory } = await obtainOutcomes(world, rollout, {
    db,
    stage,
    sources,
    requests: log.identity,
    storeFolder,
    fresh,
  });
  await obtainScores(world, rollout, { db, sources, workFolder: workFolder(world, folder), fresh });
  const now = world.now().toISOString();
  const assigned = await assignedShare(rollout, stage);
  const untold =
    log.totals.live && wantsDifferences(plan)
      ? await obtainDifferences(world, rollout, { db, storeFolder, fresh })
      : undefined;
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
    },
    scope: judged.scope,
    latency: await latencyCurves(table, judged.scope),
    confusion: isFree ? undefined : await confusionChanges(table, judged.scope),
    lost: lostText(moved, log.since),
    golden,
    judge: (frozen) => judgeStage({ ...judged, assigned, measurer, now }, frozen),
  });
}

/** Why the log does not contain what the last look read; undefined where the same records are in other files. */
function lostText(moved: readonly MovedFile[], since: StageRequests['since']): string | undefined {
  if (since === undefined) return movedText(moved);
  return since.contained ? undefined : `${movedText(moved)}: ${since.difference}`;
}

/** What was read, and whose: canary's own format goes without saying. */
function readInputs(
  { requests: { format, sample } }: RolloutPlan,
  { files, marks }: StageRequests,
): Pick<EvidenceInputs, 'format' | 'requests' | 'sample' | 'records'> {
  return {
    ...(format === 'canary' ? {} : { format }),
    requests: files,
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
