import { holdsNumbers } from '../../domain/told-number.ts';
import { guardedMetrics } from '../../domain/judged.ts';
import { type Diagnostic, invalidInput, UserError } from '../../domain/errors.ts';
import { NoUsableRecord } from '../../requests/explain/nothing-accepted.ts';
import type { RejectedRecords, RequestsInspection } from '../../report/commands/requests-text.ts';
import type { Database } from '../../database/database.ts';
import type { ReadOptions } from '../../requests/values/read-options.ts';
import { readRequests, type RequestFacts } from '../../requests/read-requests.ts';
import { type RejectExample, rejectExamples } from '../../requests/explain/reject-examples.ts';
import { resolveRequestFiles } from '../../requests/files/request-files.ts';
import { describeRequests } from '../../requests/explain/describe-requests.ts';
import { labelsCheck } from '../../verdict/checks/labels.ts';
import { logReadingCheck } from '../../verdict/checks/log-reading.ts';
import { formatLimits, type OutcomeSources, sourcesOf } from '../outcomes/outcome-sources.ts';
import { heldLog } from '../judge/held-log.ts';
import { inspectTold, measurablesOf } from './measurables.ts';
import { keptRowsPlace } from '../rollout/kept-rows.ts';
import { workFolder, withDatabase, withScratch } from '../rollout/work-folder.ts';
import { ofStage, openRollout, type Rollout, stageOf } from '../rollout/rollout.ts';
import { readOptionsOf } from '../rollout/stage-requests.ts';
import { withObjects } from '../sources/objects.ts';
import type { World } from '../world.ts';

/**
 * Tells what is in the log of a plan, or of one of its stages: what was rejected and why, whose requests they are, and what they
 * can show. Replays nothing.
 * @throws UserError (exit 2 or 5); for a log without one good record its findings say what is wrong with the first ones.
 */
export async function inspectRequests(
  world: World,
  file: string,
  { stage: name }: { readonly stage?: string },
): Promise<RequestsInspection> {
  const opened = await openRollout(world, file);
  const staged = name === undefined ? opened : ofStage(opened, stageOf(opened, name));
  if (staged.plan.requests.format === 'sums') {
    throw invalidInput('There are no requests to inspect: the plan is judged on the sums of a warehouse', {
      hint: `canary sql ${file} prints the query that reads them there; canary plan shows what its result holds.`,
    });
  }
  if (holdsNumbers(staged.plan.requests.format))
    return await inspectTold(await withScratch(world, staged.folder), staged, name);
  const { rollout } = await withObjects(world, staged);
  const sources = sourcesOf(rollout);
  const scratch = await withScratch(world, rollout.folder);
  const options = readOptionsOf(rollout, sources, { kept: keptRowsPlace(scratch, rollout.folder) });
  const work = workFolder(scratch, rollout.folder);
  return await withDatabase(world, work, (db) => inspectLog(world, db, rollout, options, sources));
}

async function inspectLog(
  world: World,
  db: Database,
  rollout: Rollout,
  options: ReadOptions,
  sources: OutcomeSources,
): Promise<RequestsInspection> {
  const { plan } = rollout;
  const log = await readOrExplain(db, options);
  const { totals, files } = log;
  const described = await describeRequests(db, options);
  const examples = totals.rejected === 0 ? [] : await examplesOf(db, options);
  const { first, last } = totals;
  return {
    plan: plan.name,
    format: plan.requests.format,
    files: files.map(({ path, rows, bytes }) => ({ path, rows, bytes })),
    rows: totals.rows,
    accepted: totals.accepted,
    collapsed: totals.collapsed,
    outsideWindow: totals.outsideWindow,
    leftOut: totals.leftOut.records,
    unsampled: totals.unsampled,
    notes: log.notes,
    rejected: rejectedOf(log, examples),
    units: totals.units,
    requestsPerUnit: described.requestsPerUnit,
    ...(first === null || last === null ? {} : { from: first, to: last }),
    segments: described.segments,
    labels: described.labels,
    reading: [
      labelsCheck(await heldLog(undefined, rollout, log.reading), guardedMetrics(plan)),
      logReadingCheck(log.reading, world.now().toISOString()),
    ].filter(({ status, told }) => status !== 'not-applicable' && (status !== 'pass' || told === true)),
    measures: measurablesOf(sources, totals, described, formatLimits(plan, sources, totals)),
  };
}

/** Where no record is good, what is wrong with the first ones is all that there is to tell. */
async function readOrExplain(db: Database, options: ReadOptions): Promise<RequestFacts> {
  try {
    return await readRequests(db, options);
  } catch (error) {
    if (!(error instanceof NoUsableRecord)) throw error;
    const { exitCode, message, hint } = error;
    const diagnostics = (await examplesOf(db, options)).map(({ file, line, reason, why }): Diagnostic => ({
      severity: 'error',
      rule: reason,
      file,
      ...(line === undefined ? {} : { line }),
      message: `${reason}: ${why}`,
    }));
    throw new UserError(exitCode, message, { hint, diagnostics, cause: error });
  }
}

async function examplesOf(db: Database, options: ReadOptions): Promise<readonly RejectExample[]> {
  return await rejectExamples({ db, options, files: await resolveRequestFiles(options.folder, options.files) });
}

function rejectedOf({ files }: RequestFacts, examples: readonly RejectExample[]): readonly RejectedRecords[] {
  const counts = new Map<string, number>();
  for (const [reason, count] of files.flatMap(({ rejected }) => Object.entries(rejected)))
    counts.set(reason, (counts.get(reason) ?? 0) + count);
  return [...counts]
    .toSorted(([, left], [, right]) => right - left)
    .map(([reason, records]) => ({
      reason,
      records,
      examples: examples.filter((example) => example.reason === reason).map(exampleText),
    }));
}

function exampleText({ file, line, record, why }: RejectExample): RejectedRecords['examples'][number] {
  const place = { ...(line === undefined ? {} : { line }), ...(record === undefined ? {} : { record }) };
  return { file, ...place, why };
}
