import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { compareBuild } from 'semver';
import { invalidInput, unusableFile } from '../../domain/errors.ts';
import type { ModelRegistry } from '../../domain/registry.ts';
import { listModels, readRegistry } from '../../registry/store/registry-store.ts';
import { waitingLines } from '../../report/commands/waiting-text.ts';
import { areSmall, resolveRequestFiles } from '../../requests/files/request-files.ts';
import { type SurveyedFields, surveyFields } from '../../requests/explain/survey-fields.ts';
import { reviewPlan } from '../review/review-plan.ts';
import { type DetectedFields, detectFields } from './detect-fields.ts';
import { detectabilityComment, type PlanDraft, planFromLog, proposedMetrics } from './plan-from-log.ts';
import { withDatabase, prepareFolder, workFolder } from '../rollout/work-folder.ts';
import type { World } from '../world.ts';

export interface InitialiseOptions {
  /** A file or a glob. */
  readonly log: string;
  readonly registry: string;
  /** Needed where the registry has several models. */
  readonly model?: string;
}

/** The plan that was written, and what was found out on the way. */
export interface WrittenPlan {
  readonly file: string;
  readonly fields: DetectedFields;
}

/**
 * Writes a plan for the newest version of a model from a log and a registry: where the log keeps what, its segments and hours,
 * the task's guardrails, and what the log can see of each. The plan is one that `canary plan` takes.
 * @throws UserError (exit 2 or 5) where something cannot be found, and then nothing is written.
 */
export async function initialiseFromLog(
  world: World,
  folder: string,
  options: InitialiseOptions,
): Promise<WrittenPlan> {
  const target = resolve(world.cwd, folder);
  const path = join(target, 'rollout.yaml');
  const file = relative(world.cwd, path);
  if (existsSync(path)) {
    throw invalidInput(`${file} is there already; nothing was written`, { hint: 'Name another folder.' });
  }
  const registryFolder = resolve(world.cwd, options.registry);
  const registry = await modelOf(registryFolder, options.model);
  const candidate = newestOf(registry);
  const sampled = await sampleLog(world, target, options.log);
  const fields = detectFields(sampled, Object.keys(registry.versions));
  requireFields(fields, sampled, options.log);
  const output = registry.versions[candidate]?.signature.output;
  if (output === undefined) throw new RangeError('the newest version is one of the versions');
  const fromTarget = (place: string) => relative(target, resolve(world.cwd, place)).split(sep).join('/') || '.';
  const draft: PlanDraft = {
    name: `${registry.model}-${candidate}`,
    model: registry.model,
    registry: fromTarget(options.registry),
    candidate,
    source: fromTarget(options.log),
    fields,
    output,
    metrics: proposedMetrics(output, fields),
    comments: new Map(),
  };
  await writeFile(path, planFromLog(draft), { flag: 'wx' });
  try {
    await writeFile(path, planFromLog(await reviewed(world, file, draft)));
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  return { file, fields };
}

/** The draft with only those guardrails that the log can decide, each with what the log can see of it. */
async function reviewed(world: World, file: string, draft: PlanDraft): Promise<PlanDraft> {
  const { review, facts } = await reviewPlan(world, file);
  const undecidable = new Map(
    facts.undecidable.map(({ guardrail, reason }) => [review.guardrails[guardrail]?.metric, reason]),
  );
  const metrics = draft.metrics.filter(({ metric }) => !undecidable.has(metric));
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

async function modelOf(registryFolder: string, wanted: string | undefined): Promise<ModelRegistry> {
  if (!existsSync(registryFolder))
    throw unusableFile(`${registryFolder} does not exist`, { hint: 'canary registry add makes one.' });
  const models = await listModels(registryFolder);
  const model = wanted ?? (models.length === 1 ? models[0] : undefined);
  if (model === undefined) {
    const hint =
      models.length === 0
        ? 'canary registry add DIR MODEL adds one.'
        : `Write --model with one of ${models.join(', ')}.`;
    throw invalidInput(models.length === 0 ? 'The registry has no model' : `The registry has ${models.length} models`, {
      hint,
    });
  }
  return (await readRegistry(registryFolder, model)).registry;
}

/** The highest version that does not serve yet. */
function newestOf({ model, aliases, versions }: ModelRegistry): string {
  const stable = aliases['stable'];
  if (stable === undefined) {
    throw unusableFile(`${model} has no stable version that a candidate could replace`, {
      hint: 'Add aliases: {"stable": VERSION} to the registry.',
    });
  }
  const newest = Object.keys(versions)
    .filter((version) => version !== stable && versions[version]?.status !== 'rolled_back')
    .toSorted(compareBuild)
    .at(-1);
  if (newest !== undefined && compareBuild(newest, stable) > 0) return newest;
  throw unusableFile(`${model} has no version above the stable ${stable}`, {
    hint: 'canary registry add adds a version.',
  });
}

async function sampleLog(world: World, target: string, log: string): Promise<SurveyedFields> {
  const files = await resolveRequestFiles(world.cwd, [log], '--log');
  const [first] = files;
  if (first === undefined) throw unusableFile(`${log} matches no file`);
  const work = workFolder(world, target);
  await mkdir(dirname(work), { recursive: true });
  await prepareFolder(work);
  return await withDatabase(world, work, async (db) => {
    if (!areSmall([first])) await db.useCores();
    return await surveyFields(db, first);
  });
}

/** A record is nothing without these, and a wrong guess would be worse than none. */
function requireFields(fields: DetectedFields, { fields: sampled }: SurveyedFields, log: string): void {
  const missing = (['id', 'timestamp', 'unit'] as const).filter((name) => fields[name] === undefined);
  if (missing.length === 0) return;
  const seen = sampled.map(({ path }) => path).slice(0, 12);
  throw unusableFile(`${log}: no field looks like the ${missing.join(' or the ')} of a request`, {
    hint: `It has ${seen.join(', ')}${sampled.length > seen.length ? ', …' : ''}. Start from canary init DIR and write requests.fields by hand.`,
  });
}
