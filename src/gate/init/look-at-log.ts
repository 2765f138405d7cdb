import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { unusableFile } from '../../domain/errors.ts';
import type { OutputSignature } from '../../domain/registry.ts';
import { withDatabase } from '../rollout/work-folder.ts';
import type { World } from '../world.ts';
import { answeredFields, type FieldAnswer } from './answered-fields.ts';
import { detectExchange } from './detect-exchange.ts';
import type { DetectedFields } from './detected-fields.ts';
import { detectFields } from './detect-fields.ts';
import { hasModel, modelOf } from './init-registry.ts';
import { type LogAnswers, readAnswers } from './log-answers.ts';
import { type LogSample, sampleLog, withSampling } from './log-sample.ts';
import { type NamedVersions, namedVersions } from './named-versions.ts';
import { todosOf, type Todo } from './plan-fields.ts';

export interface LogOptions {
  /** A file or a glob. */
  readonly log: string;
  /** A registry that is there, or the folder of one that is made; `registry` beside the plan where absent. */
  readonly registry?: string;
  /** Needed where the registry has several models. */
  readonly model?: string;
  /** Names in the log, or versions of the registry. */
  readonly baseline?: string;
  readonly candidate?: string;
  /** What a person said of fields. */
  readonly fields?: readonly FieldAnswer[];
}

/** What a log seems to hold, before anything is written. */
export interface FoundInLog {
  readonly sample: LogSample;
  readonly fields: DetectedFields;
  /** What the log calls those who answered, the most frequent first. */
  readonly names: readonly string[];
  /** Undefined where nothing tells who answered. */
  readonly versions: NamedVersions | undefined;
  readonly answers: LogAnswers;
  readonly todos: readonly Todo[];
}

/** Looks at a log with what a person has said so far. Writes nothing. @throws UserError (exit 2 or 5) for what is no log, and for fields that it does not have */
export async function lookAtLog(world: World, folder: string, options: LogOptions): Promise<FoundInLog> {
  const target = resolve(world.cwd, folder);
  const known = await knownVersions(world, target, options);
  return await withSampling(world, target, async (db) => {
    const sample = await sampleLog(world, db, options.log);
    const guessed = sample.format === 'canary' ? detectFields(sample.survey, known) : detectExchange(sample);
    const fields = answeredFields(sample.survey, guessed, options.fields ?? []);
    const names = namesIn(sample, fields);
    const versions = namedVersions(names, options);
    const answers: LogAnswers =
      versions === undefined || (fields.found.timestamp === undefined && sample.format === 'canary')
        ? { strangeTruths: [] }
        : await readAnswers(db, world.cwd, options.log, sample, fields.found, versions);
    const isLive = fields.found.servedBy !== undefined;
    const todos = todosOf({ format: sample.format, fields, isLive });
    return { sample, fields, names: names.map(([name]) => name), versions, answers, todos };
  });
}

/**
 * What a version answers, read from a log's answers alone: a truth that it never gave is not a label of it.
 * @param name what the log calls the version; all versions of the log where absent or unknown to it.
 * @throws UserError (exit 5) where the log tells no answers.
 */
export async function outputFromLog(
  world: World,
  log: string,
  fields: readonly FieldAnswer[],
  name: string | undefined,
): Promise<LogAnswers & { readonly output: OutputSignature }> {
  const work = await mkdtemp(join(tmpdir(), 'canary-labels-'));
  try {
    return await withDatabase(world, work, async (db) => {
      const sample = await sampleLog(world, db, log);
      const guessed = sample.format === 'canary' ? detectFields(sample.survey, []) : detectExchange(sample);
      const detected = answeredFields(sample.survey, guessed, fields);
      const names = namesIn(sample, detected);
      const isKnown = names.some(([each]) => each === name);
      const versions = name !== undefined && isKnown ? { baseline: { name, version: name } } : namedVersions(names);
      const answers =
        versions === undefined ? undefined : await readAnswers(db, world.cwd, log, sample, detected.found, versions);
      const { output, problem } = answers ?? {};
      if (answers !== undefined && output !== undefined) return { ...answers, output };
      throw unusableFile(`${log} does not say what a version answered${problem === undefined ? '' : `: ${problem}`}`, {
        hint: 'Say where they are: --field version=PATH --field prediction=PATH, or write --signature.',
      });
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function knownVersions(world: World, target: string, options: LogOptions): Promise<readonly string[]> {
  const folder = options.registry === undefined ? join(target, 'registry') : resolve(world.cwd, options.registry);
  if (!(await hasModel(folder, options.model))) return [];
  return Object.keys((await modelOf(folder, options.model)).versions);
}

/** Who answered in the log, the most frequent first. */
function namesIn({ names, survey }: LogSample, { found }: DetectedFields): readonly (readonly [string, number])[] {
  if (names.length > 0) return names;
  if (found.outcomes !== undefined) return found.outcomes.examples.map((name) => [name, 1] as const);
  const served = survey.fields.find(({ path }) => path === found.servedBy?.path);
  return (served?.values ?? []).map((name, index) => [name, 50 - index] as const);
}
