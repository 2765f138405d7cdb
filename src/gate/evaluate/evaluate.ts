import { holdsNumbers } from '../../domain/told-number.ts';
import { type Diagnostic } from '../../domain/errors.ts';
import type { Evidence } from '../../domain/evidence.ts';
import { planOfSource } from '../../domain/judged.ts';
import type { Stage } from '../../domain/plan.ts';
import { serializeEvidence } from '../../report/document/serialize-evidence.ts';
import type { Report } from '../../report/document/report.ts';
import { checkRollout } from '../../registry/file/rollout-check.ts';
import { standingEvidence } from '../look/standing-evidence.ts';
import { lookAtSources } from '../dashboards/source-looks.ts';
import { evaluateTold, type ToldOptions } from '../dashboards/told-look.ts';
import { evaluateSums } from '../warehouse/judge-sums.ts';
import { judgeGolden } from '../golden/judge-golden.ts';
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
import { findingsOf } from './locate-findings.ts';
import { reportOf } from '../report/read-report.ts';
import { withInputs } from '../report/example-inputs.ts';
import { reportFiles, writeReports } from '../report/report-files.ts';
import { requireSameAssignment } from '../rollout/assignment-in-force.ts';
import { requireUnmoved } from './require-unmoved.ts';
import { ofStage, openRollout, type Rollout, stageOf } from '../rollout/rollout.ts';
import { stagePeriods } from '../rollout/stage-periods.ts';
import type { World } from '../world.ts';
import { bucketOf, writeText, withObjects } from '../sources/objects.ts';
import { evaluateStage } from './evaluate-stage.ts';
import { concludeNothing } from './nothing-served.ts';

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
  /** Reads the log and replays anew instead of using what is stored. */
  readonly fresh?: boolean;
  /** Tells why something that is stored is not used. */
  readonly verbose?: boolean;
  /** Judges what a metrics server said at the last look instead of asking it. */
  readonly offline?: boolean;
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
  if (bucket !== undefined) await writeText(world, bucket, serializeEvidence(evidence), rollout.plan.requests.storage);
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
  const { offline = false } = options;
  const { rollout: staged, objects } = await withObjects(world, ofStage(rollout, stage), periods?.weightNow === 0);
  const beside = { golden, sources: await lookAtSources(world, staged, stage, previous, offline) };
  const ofLog = { ...staged, plan: planOfSource(staged.plan) };
  const evidence = holdsNumbers(staged.plan.requests.format)
    ? await judgeNumbers(world, ofLog, stage, previous, { beside, offline })
    : await withDatabase(world, work, (db) =>
        evaluateStage(world, ofLog, stage, db, previous, { ...options, beside, periods, objects }),
      );
  await requireUnmoved(rollout);
  await writeEvidence(place, evidence);
  return evidence;
}

async function judgeNumbers(
  world: World,
  rollout: Rollout,
  stage: Stage,
  previous: Evidence | undefined,
  options: ToldOptions,
): Promise<Evidence> {
  if (rollout.plan.requests.format === 'sums')
    return await evaluateSums(world, rollout, stage, previous, options.beside);
  const told = await evaluateTold(world, rollout, stage, previous, options);
  if (!('nothing' in told)) return told;
  const { beside } = options;
  return await concludeNothing(world, rollout, stage, previous, { beside, why: told.nothing, checks: [] });
}
