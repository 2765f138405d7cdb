import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { invalidInput, type Diagnostic, UserError } from '../../domain/errors.ts';
import { ExitCode } from '../../domain/exit-code.ts';
import type { OutputSignature } from '../../domain/registry.ts';
import { replaceFile } from '../../files/replace-file.ts';
import type { PlanReview } from '../../report/commands/plan-text.ts';
import { waitingLines } from '../../report/commands/waiting-text.ts';
import { reviewPlan } from '../review/review-plan.ts';
import { shownPath, type World } from '../world.ts';
import type { FoundInLog, LogOptions } from './look-at-log.ts';
import { detectScores } from './detect-scores.ts';
import { draftFromLog } from './draft-from-log.ts';
import { fromFolder, hasModel, makeRegistry, modelOf, newestOf } from './init-registry.ts';
import { agreement, detectabilityComment, planFromLog, proposedMetrics, scoreMetric } from './plan-from-log.ts';
import type { PlanDraft } from './plan-draft.ts';

const planFile = 'rollout.yaml';

/** The plan that was written, and what is left to do. */
export interface WrittenPlan {
  readonly file: string;
  /** The registry's file, where one was made. */
  readonly registryFile?: string;
  readonly found: FoundInLog;
  /** What `canary plan` says of it; undefined where it cannot be read yet. */
  readonly review?: PlanReview;
  readonly warnings: readonly Diagnostic[];
  /** Why `canary plan` refuses it. */
  readonly refusal?: UserError;
}

/**
 * Writes a plan from what was found in a log, and the registry where there is none.
 * @throws UserError (exit 2) where the plan is there already and not as canary init wrote it.
 */
export async function writePlanFromLog(
  world: World,
  folder: string,
  options: LogOptions,
  found: FoundInLog,
): Promise<WrittenPlan> {
  const target = resolve(world.cwd, folder);
  const path = join(target, planFile);
  const file = shownPath(world.cwd, path);
  await requireFreePlan(world, folder);
  await mkdir(target, { recursive: true });
  const registryFolder =
    options.registry === undefined ? join(target, 'registry') : resolve(world.cwd, options.registry);
  const isThere = await hasModel(registryFolder, options.model);
  const draft = await draftOf(world, target, registryFolder, options, found, isThere);
  const registryFile =
    isThere || found.versions === undefined
      ? undefined
      : await makeRegistry(world, registryFolder, draft.model, found.versions, found.answers.output);
  await write(path, draft);
  try {
    const better = await reviewed(world, file, draft);
    await write(path, better);
    const { review, warnings } = await reviewPlan(world, file);
    return { file, found, review, warnings, ...(registryFile === undefined ? {} : { registryFile }) };
  } catch (error) {
    if (!(error instanceof UserError) || error.exitCode === ExitCode.interrupted) {
      await rm(path, { force: true });
      throw error;
    }
    return { file, found, warnings: [], refusal: error, ...(registryFile === undefined ? {} : { registryFile }) };
  }
}

async function write(path: string, draft: PlanDraft): Promise<void> {
  const text = planFromLog(draft);
  await replaceFile(path, `${text}# Unchanged since canary init: ${digestOf(text)}\n`);
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/**
 * A plan that nobody has touched since is written anew with better answers; any other is somebody's work.
 * @throws UserError (exit 2) where such a plan is in the folder
 */
export async function requireFreePlan(world: World, folder: string): Promise<void> {
  const path = join(resolve(world.cwd, folder), planFile);
  if (!existsSync(path)) return;
  const [, before = '', digest] =
    /^(.*)# Unchanged since canary init: (\w+)\n$/su.exec(await readFile(path, 'utf8')) ?? [];
  if (digest !== undefined && digest === digestOf(before)) return;
  throw invalidInput(`${shownPath(world.cwd, path)} already exists; nothing was written`, {
    hint: 'Name another folder.',
  });
}

async function draftOf(
  world: World,
  target: string,
  registryFolder: string,
  options: LogOptions,
  found: FoundInLog,
  isThere: boolean,
): Promise<PlanDraft> {
  const { versions, answers } = found;
  const registry = isThere ? await modelOf(registryFolder, options.model) : undefined;
  const model = registry?.model ?? options.model ?? modelName(target);
  const known = registry === undefined ? undefined : newestOf(registry);
  const candidate = known ?? versions?.candidate?.version;
  const output: OutputSignature | undefined =
    registry === undefined ? answers.output : registry.versions[known ?? '']?.signature.output;
  const { read, holds } = draftFromLog(found, registry?.versions);
  const scores = detectScores(found.sample);
  return {
    name: `${model}-${candidate ?? 'next'}`,
    model,
    registry: fromFolder(world, target, registryFolder),
    baseline: 'stable',
    ...(candidate === undefined ? {} : { candidate }),
    source: fromFolder(world, target, options.log),
    ...read,
    scores,
    metrics: [...scores.map(scoreMetric), ...proposedMetrics(output, holds)],
    comments: new Map(),
  };
}

/** A model is called like the folder of its plan, where that can be the name of a file and is no common one. */
export function modelName(target: string): string {
  const name = basename(target).replaceAll(/[^A-Za-z0-9._-]/gu, '-');
  return /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?$/u.test(name) &&
    !/^(?:rollouts?|canary|logs?|tmp|new)$/iu.test(name)
    ? name
    : 'model';
}

/** The draft with only those guardrails that the log can decide, each with what the log can see of it. */
async function reviewed(world: World, file: string, draft: PlanDraft): Promise<PlanDraft> {
  const { review, facts } = await reviewPlan(world, file);
  const undecidable = new Map(
    facts.undecidable.map(({ guardrail, reason }) => [review.guardrails[guardrail]?.metric, reason]),
  );
  const decidable = draft.metrics.filter(({ metric }) => !undecidable.has(metric));
  const metrics = decidable.length === 0 && !draft.isLive ? [agreement] : decidable;
  for (const [metric, reason] of undecidable) world.note(`No guardrail on ${metric}: ${reason}.`);
  const comments = review.guardrails.map(
    (guardrail) =>
      [
        guardrail.metric,
        detectabilityComment(guardrail, waitingLines(guardrail, review.statistics.inference)),
      ] as const,
  );
  const hours = hoursOf(facts.log?.hours, facts.log?.spanMs ?? 0);
  return {
    ...draft,
    // A plan without a guardrail is none; what cannot be decided then says so at every evaluation.
    metrics: metrics.length === 0 ? draft.metrics : metrics,
    comments: new Map(comments),
    ...(hours === undefined ? {} : { hours }),
  };
}

const dayMs = 86_400_000;
const fewestPerHour = 30;

/** The hours with enough requests, where they follow each other without a gap. */
function hoursOf(
  counts: ReadonlyMap<number, number> | undefined,
  spanMs: number,
): readonly [number, number] | undefined {
  if (counts === undefined || spanMs < dayMs * 0.98) return undefined;
  const hours = [...counts].filter(([, requests]) => requests >= fewestPerHour).map(([hour]) => hour);
  const [first, last] = [Math.min(...hours), Math.max(...hours)];
  return hours.length > 0 && hours.length === last - first + 1 ? [first, last] : undefined;
}
