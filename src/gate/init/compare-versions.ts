import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { closestTo } from '../../domain/did-you-mean.ts';
import { invalidInput } from '../../domain/errors.ts';
import type { ModelRegistry } from '../../domain/registry.ts';
import type { VersionComparison } from '../../report/commands/compare-text.ts';
import { evaluateRollout } from '../evaluate/evaluate.ts';
import { openRollout, stageOf } from '../rollout/rollout.ts';
import type { World } from '../world.ts';
import { roleWords } from './field-names.ts';
import { modelOf } from './init-registry.ts';
import { detectScores } from './detect-scores.ts';
import { draftFromLog } from './draft-from-log.ts';
import { type FoundInLog, lookAtLog, type LogOptions } from './look-at-log.ts';
import { planFromLog, proposedMetrics, scoreMetric } from './plan-from-log.ts';

interface CompareOptions extends Pick<LogOptions, 'log' | 'model' | 'fields'> {
  readonly registry: string;
}

/**
 * Compares any two versions of a model on a log, as an evaluation would: the log is read, both are replayed where it holds no answers of
 * theirs, and every difference has its interval. There is no plan, no verdict and no look, and nothing is kept.
 * @throws UserError (exit 2, 5 or 130)
 */
export async function compareVersions(
  world: World,
  named: readonly [baseline: string, candidate: string],
  options: CompareOptions,
): Promise<VersionComparison> {
  const registryFolder = resolve(world.cwd, options.registry);
  const registry = await modelOf(registryFolder, options.model);
  const [baseline, candidate] = [versionOf(registry, named[0]), versionOf(registry, named[1])];
  if (baseline === candidate) {
    throw invalidInput(`Both versions are ${baseline}`, { hint: 'Name two versions of the registry.' });
  }
  const folder = await mkdtemp(join(tmpdir(), 'canary-compare-'));
  try {
    const apart = { ...world, permissions: world.permissions, trusted: world.trusted, work: join(folder, 'work') };
    const found = await lookAtLog(apart, folder, { ...options, baseline, candidate });
    requireFields(found, options.log);
    const output = registry.versions[candidate]?.signature.output;
    if (output === undefined) throw new Error('the version was looked up');
    const agreement = { metric: 'agreement', bound: 'min: 1%', perSegment: false };
    const draft = draftFromLog(found, registry.versions);
    const scores = detectScores(found.sample);
    const metrics = [...scores.map(scoreMetric), ...proposedMetrics(output, draft.holds)];
    const file = join(folder, 'compare.yaml');
    await writeFile(
      file,
      planFromLog({
        ...draft.read,
        name: 'compare',
        model: registry.model,
        registry: registryFolder,
        baseline,
        candidate,
        source: resolve(world.cwd, options.log),
        scores,
        metrics:
          draft.read.isLive || metrics.some(({ metric }) => metric === 'agreement') ? metrics : [...metrics, agreement],
        comments: new Map(),
      }),
    );
    // Which of the two is newer, and by how much, matters to whoever publishes one.
    const rollout = await openRollout(apart, file, ['version-bump']);
    // Whatever the router has got and which rollouts there are decides nothing here.
    const { applied: _pending, ...known } = rollout.registry;
    const free = { ...rollout, registry: { ...known, rollouts: {}, history: [] }, record: undefined };
    const { evidence } = await evaluateRollout(apart, free, stageOf(free, undefined), {});
    return { model: registry.model, evidence };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @throws UserError (exit 2) that says how to name what the log does not tell */
function requireFields({ todos }: FoundInLog, log: string): void {
  const needed = todos.filter(({ isNeeded }) => isNeeded);
  const [first] = needed;
  if (first === undefined) return;
  const options = needed.map(({ role, candidates }) => `--field ${roleWords[role]}=${candidates[0] ?? 'PATH'}`);
  throw invalidInput(`${log}: ${first.why}`, { hint: `Write ${options.join(' ')}.` });
}

/** A version by its name or an alias of it. @throws UserError (exit 2) with the nearest one */
function versionOf({ model, versions, aliases }: ModelRegistry, name: string): string {
  const version = (Object.hasOwn(aliases, name) ? aliases[name] : undefined) ?? name;
  if (Object.hasOwn(versions, version)) return version;
  const known = [...Object.keys(versions), ...Object.keys(aliases)];
  const nearest = closestTo(name, known);
  throw invalidInput(`${model} has no version ${JSON.stringify(name)}`, {
    hint: `${nearest === undefined ? '' : `Did you mean ${nearest}? `}It has ${known.join(', ')}.`,
  });
}
