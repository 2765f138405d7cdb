import { type Diagnostic, invalidInput } from '../../domain/errors.ts';
import type { RolloutPlan, Stage } from '../../domain/plan.ts';
import { planOfStage } from '../../domain/judged.ts';
import { inLabelsOf } from '../../domain/label-map.ts';
import type { ModelRegistry, RolloutRecord } from '../../domain/registry.ts';
import { closestTo } from '../../domain/did-you-mean.ts';
import { nodeAt, type TreePath } from '../../documents/tree.ts';
import { lintPlan } from '../../plan/lint/lint-plan.ts';
import { type NumberedVersion, resolveBoth } from '../../domain/resolve-version.ts';
import { nextStage, rolloutRecord, rolloutState } from '../../registry/file/rollout-state.ts';
import { readRegistry } from '../../registry/store/registry-store.ts';
import { invalidPlan, type LoadedPlan, loadPlan } from './load-plan.ts';
import { requireReach } from './reach.ts';
import type { World } from '../world.ts';

/** A plan together with what the registry knows of its model: what every command but `init` starts from. */
export interface Rollout extends LoadedPlan {
  readonly registry: ModelRegistry;
  /** What the registry remembers of this plan; undefined for a rollout that no stage was promoted in. */
  readonly record: RolloutRecord | undefined;
  readonly baseline: NumberedVersion;
  /** With its answers in the baseline's labels, where the registry has a label map. */
  readonly candidate: NumberedVersion;
  /** What is doubtful in the plan, but does not stop it. */
  readonly warnings: readonly Diagnostic[];
}

/**
 * Reads a plan and its model's registry file and checks the one against the other.
 * @param passedOver names of lint rules that do not matter here.
 * @throws UserError (exit 2 or 5)
 */
export async function openRollout(world: World, file: string, passedOver: readonly string[] = []): Promise<Rollout> {
  const loaded = await loadPlan(world, file);
  const { registry } = await readRegistry(loaded.registryFolder, loaded.plan.model);
  const record = rolloutRecord(registry, loaded.plan.name);
  // Once the candidate is stable, the alias in the plan means the candidate; the rollout remembers what it began with.
  const plan = record === undefined ? loaded.plan : { ...loaded.plan, baseline: record.baseline };
  const now = world.now().toISOString();
  const findings = lintPlan({ plan, positions: loaded.parsed.positions, registry, now }).filter(
    ({ rule }) => !passedOver.includes(rule),
  );
  if (findings.some(({ severity }) => severity === 'error')) throw invalidPlan(file, findings);
  await requireReach(world, loaded);
  const versions = resolveBoth(plan, registry);
  if (versions === undefined) throw new Error('the lint rules let an unknown version pass');
  const { candidate } = versions;
  return {
    ...loaded,
    registry,
    record,
    baseline: versions.baseline,
    candidate: { ...candidate, entry: inLabelsOf(versions.baseline.entry, candidate.entry) },
    warnings: [...loaded.parsed.warnings, ...findings],
  };
}

/** The rollout with its plan as it is for one of its stages. */
export function ofStage<R extends Pick<Rollout, 'plan'>>(rollout: R, stage: Pick<Stage, 'requests' | 'basis'>): R {
  return { ...rollout, plan: planOfStage(rollout.plan, stage) };
}

/** Where a plan as it is for a stage, or for a further source, writes a key of its requests: in the stage's own or the source's, else in the plan's. */
export function placeOfRequests(
  { parsed, plan }: Pick<Rollout, 'parsed' | 'plan'>,
  { name: stage }: Pick<Stage, 'name'>,
  key: string,
): TreePath {
  if (plan.requests.name !== undefined) return ['sources', plan.requests.name, key];
  const own = ['stages', plan.stages.findIndex((each) => each.name === stage), 'requests', key];
  return nodeAt(parsed.positions, own) === undefined ? ['requests', key] : own;
}

/** The stage of that name, or the one after the last that was entered, or the last of all. */
export function stageOf(
  { plan, registry, record }: Pick<Rollout, 'plan' | 'registry' | 'record'>,
  name: string | undefined,
): Stage {
  // A candidate that was taken out starts again from the beginning, if it does.
  const entered = rolloutState(registry, plan.name) === 'rolled-back' ? [] : (record?.entered ?? []);
  if (name !== undefined) return stageNamed(plan, name);
  const next = nextStage(plan.stages, entered) ?? plan.stages.at(-1);
  if (next === undefined) throw new Error('a plan has stages');
  return next;
}

/** The stage of that name. @throws UserError (exit 2) that names the nearest one. */
export function stageNamed(plan: RolloutPlan, name: string): Stage {
  const wanted = plan.stages.find((stage) => stage.name === name);
  if (wanted !== undefined) return wanted;
  const names = plan.stages.map((stage) => stage.name);
  const meant = closestTo(name, names);
  throw invalidInput(`The plan has no stage ${JSON.stringify(name)}`, {
    hint: `${meant === undefined ? '' : `Did you mean ${meant}? `}Its stages are ${names.join(', ')}.`,
  });
}
