import type { ModelRegistry } from '../../domain/registry.ts';
import { enteredWeight, nextStage, rolloutState, wasPersonal } from '../../registry/file/rollout-state.ts';
import type { RolloutStatus } from '../../report/commands/status-text.ts';
import { assignmentChanges, changesText } from '../rollout/assignment-in-force.ts';
import { openRollout, type Rollout } from '../rollout/rollout.ts';
import type { World } from '../world.ts';

/** Where a rollout stands, from the registry alone. */
export async function rolloutStatus(world: World, file: string): Promise<RolloutStatus> {
  const rollout = await openRollout(world, file);
  const { plan, registry, record, baseline, candidate } = rollout;
  const changes = assignmentChanges(rollout);
  return {
    model: plan.model,
    plan: plan.name,
    baseline: { version: baseline.version, status: baseline.entry.status },
    candidate: { version: candidate.version, status: candidate.entry.status },
    traffic: registry.traffic,
    ...(registry.applied === undefined ? {} : { applied: registry.applied }),
    ...(changes.length === 0 ? {} : { assignment: `as the registry has it, not the plan: ${changesText(changes)}` }),
    stages: plan.stages.map(({ name, weight }) => {
      const looks = record?.looks.filter((look) => look.stage === name) ?? [];
      const last = looks.at(-1);
      const entered = record?.entered.includes(name) ?? false;
      const live = entered ? (enteredWeight(registry, plan.name, name) ?? weight) : weight;
      return {
        name,
        weight: live,
        ...(live === weight ? {} : { edited: weight }),
        entered,
        looks: looks.length,
        ...(last === undefined ? {} : { last: { verdict: last.verdict, at: last.at } }),
      };
    }),
    decisions: decisionsIn(registry, plan.name),
    next: nextStep(rollout),
  };
}

function decisionsIn(registry: ModelRegistry, name: string): RolloutStatus['decisions'] {
  return registry.history.flatMap((entry) => {
    const { rollout, action, at, stage, by, reason, override } = entry;
    if (rollout !== name || by === undefined || !wasPersonal(registry, entry)) return [];
    const named = { at, by, ...(stage === undefined ? {} : { stage }), ...(reason === undefined ? {} : { reason }) };
    const decided = action === 'step-down' || action === 'approve' ? action : ('rollback' as const);
    return [{ ...named, ...(override ?? { decision: decided }) }];
  });
}

function nextStep({ file, plan, registry, record, candidate }: Rollout): RolloutStatus['next'] {
  if (registry.applied === false) {
    return { command: `canary apply ${file}`, why: 'tells the router, which has not got the last change' };
  }
  if (rolloutState(registry, plan.name) === 'rolled-back') {
    return {
      why: `${candidate.version} was rolled back; a corrected version starts a new rollout under a new plan name, and this one again with canary promote --override increase.`,
    };
  }
  const next = nextStage(plan.stages, record?.entered ?? []);
  if (next === undefined) return { why: `Every stage was entered: ${candidate.version} is stable.` };
  return { command: `canary evaluate ${file}`, why: `asks whether stage ${next.name} may begin` };
}
