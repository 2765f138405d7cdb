import type { Evidence, RequestFileFacts } from '../domain/evidence.ts';
import type { Stage } from '../domain/plan.ts';
import { confusionChanges } from '../metrics/confusion-changes.ts';
import { latencyCurves } from '../metrics/latency-curves.ts';
import { assignUnits } from '../requests/assign-units.ts';
import type { Database } from '../requests/database.ts';
import { decide } from '../verdict/decide.ts';
import { assembleEvidence } from './assemble-evidence.ts';
import { judgeStage } from './judge-stage.ts';
import { evidencePlace, prepareFolder, readLatest, workFolder, writeEvidence } from './look-history.ts';
import { isSameLook, nextLook } from './next-look.ts';
import { obtainOutcomes, outcomeStoreFolder } from './obtain-outcomes.ts';
import { outcomeSources } from './outcome-sources.ts';
import { reportOf } from './read-report.ts';
import { reportFiles, writeReports } from './report-files.ts';
import { prepareJudgement } from './prepare-judgement.ts';
import { changeOf } from './request-prefix.ts';
import { openRollout, type Rollout, stageOf } from './rollout.ts';
import { readStageRequests } from './stage-requests.ts';
import { previewChange } from './preview-change.ts';
import { withDatabase } from './with-database.ts';
import type { World } from './world.ts';

export interface EvaluateOptions {
  /** The stage that may or may not begin; the first not yet entered where absent. */
  readonly stage?: string;
  /** Where the evidence goes instead of `.canary/PLAN/STAGE/evidence.json`. */
  readonly evidence?: string;
  /** Report files to write beside it, each in the form that its name says. */
  readonly report?: readonly string[];
  /** Replays anew instead of using stored outcomes. */
  readonly fresh?: boolean;
}

/** An evaluation and what it is told with. */
export interface Evaluation {
  readonly evidence: Evidence;
  readonly model: string;
}

/**
 * Asks whether a stage may begin: reads its requests, obtains both versions' outcomes, judges them and writes the
 * evidence. The registry is only read.
 * @throws UserError (exit 2, 5 or 130), and then no evidence is written.
 */
export async function evaluate(world: World, file: string, options: EvaluateOptions): Promise<Evaluation> {
  const rollout = await openRollout(world, file);
  const stage = stageOf(rollout, options.stage);
  const reports = await reportFiles(world, options.report ?? []);
  const work = workFolder(rollout.folder);
  const place = evidencePlace(rollout.folder, rollout.plan.name, stage.name, options.evidence, world.cwd);
  await prepareFolder(work);
  const previous = await readLatest(place);
  const evidence = await withDatabase(world, work, (db) => evaluateStage(world, rollout, stage, db, previous, options));
  await writeEvidence(place, evidence);
  if (reports.length > 0) await writeReports(reports, await reportOf(world, evidence, place.latest, file));
  return { evidence, model: rollout.plan.model };
}

async function evaluateStage(
  world: World,
  rollout: Rollout,
  stage: Stage,
  db: Database,
  previous: Evidence | undefined,
  { fresh = false }: EvaluateOptions,
): Promise<Evidence> {
  const { plan, folder } = rollout;
  const sources = outcomeSources(plan, {
    baseline: rollout.baseline.entry.artifact.runtime,
    candidate: rollout.candidate.entry.artifact.runtime,
  });
  const log = await readStageRequests(db, rollout, stage, sources);
  await assignUnits(db, plan.assignment);
  const storeFolder = outcomeStoreFolder(workFolder(folder));
  const versions = await obtainOutcomes(world, rollout, {
    db,
    stage,
    sources,
    requests: log.identity,
    storeFolder,
    fresh,
  });
  const { judged, table } = await prepareJudgement(db, rollout, stage, log, sources);
  const recorded = rollout.record?.looks.filter((look) => look.stage === stage.name) ?? [];
  const contains = async (requests: RequestFileFacts) => ['same', 'grown'].includes(await changeOf(folder, requests));
  const look = await nextLook(stage, rollout.sha256, previous, recorded, contains);
  if (look.newSeries !== undefined) world.note(`A new series of looks starts: ${look.newSeries}.`);
  const judgement = await judgeStage(judged, look.frozen);
  const verdict = decide(judgement.guardrails, judgement.checks);
  const parts = {
    latency: await latencyCurves(table, judged.scope),
    confusion: await confusionChanges(table, judged.scope),
    inputs: { requests: log.files, ...versions },
    scope: judged.scope,
    judgement,
    verdict,
    registryChange: previewChange(rollout, stage, verdict.decision),
  };
  const evidence = assembleEvidence(world, rollout, { ...parts, look: look.stage });
  // Looking again at the same data is the same look, so that it can be repeated to the byte.
  if (previous === undefined || !isSameLook(previous, evidence)) return evidence;
  return assembleEvidence(world, rollout, { ...parts, look: previous.stage });
}
