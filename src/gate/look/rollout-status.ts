import type { ModelRegistry } from '../../domain/registry.ts';
import { UserError } from '../../domain/errors.ts';
import { countOf } from '../../domain/format-number.ts';
import type { Stage } from '../../domain/plan.ts';
import { approvalChecks } from '../../registry/file/approval.ts';
import { lastEntered } from '../../registry/file/weight-periods.ts';
import { bakeWait, type StageTiming, windowWait } from '../../verdict/checks/stage-timing.ts';
import { enteredWeight, nextStage, rolloutState, wasPersonal } from '../../registry/file/rollout-state.ts';
import type { RolloutStatus } from '../../report/commands/status-text.ts';
import { lastMirror } from '../mirror/mirror.ts';
import { assignmentChanges, changesText } from '../rollout/assignment-in-force.ts';
import { stageBefore } from '../rollout/stage-periods.ts';
import { openRollout, type Rollout } from '../rollout/rollout.ts';
import type { World } from '../world.ts';

/** Where a rollout stands, from the registry alone. */
export async function rolloutStatus(world: World, file: string): Promise<RolloutStatus> {
  const rollout = await openRollout(world, file);
  const { plan, registry, record, baseline, candidate } = rollout;
  const changes = assignmentChanges(rollout);
  const unmirrored = await whyUnmirrored(world, rollout);
  return {
    model: plan.model,
    plan: plan.name,
    baseline: { version: baseline.version, status: baseline.entry.status },
    candidate: { version: candidate.version, status: candidate.entry.status },
    traffic: registry.traffic,
    ...(registry.applied === undefined ? {} : { applied: registry.applied }),
    ...(unmirrored === undefined ? {} : { unmirrored }),
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
        ...(last === undefined
          ? {}
          : { last: { verdict: last.verdict, at: last.at, ...(last.alarm === true ? { alarm: true } : {}) } }),
      };
    }),
    decisions: decisionsIn(registry, plan.name),
    next: nextStep(rollout, world.now().toISOString()),
  };
}

/** What `canary mirror` would do again. */
async function whyUnmirrored(world: World, rollout: Rollout): Promise<string | undefined> {
  const last = rollout.plan.mirror === undefined ? undefined : await lastMirror(world, rollout);
  if (last === undefined) return undefined;
  if (last.failure !== undefined) return last.failure;
  return last.revision < rollout.registry.revision ? 'it did not get the last change' : undefined;
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

function nextStep(rollout: Rollout, now: string): RolloutStatus['next'] {
  const { file, plan, registry, record, candidate } = rollout;
  if (registry.applied === false) {
    return { command: `canary apply ${file}`, why: 'tells the router, which did not get the last change' };
  }
  if (rolloutState(registry, plan.name) === 'rolled-back') {
    return {
      why: `${candidate.version} was rolled back; a corrected version starts a new rollout under a new plan name; this one starts again with canary promote --override increase.`,
    };
  }
  const next = nextStage(plan.stages, record?.entered ?? []);
  if (next === undefined) return { why: `Every stage was entered: ${candidate.version} is stable.` };
  const last = record?.looks.at(-1);
  if (last?.alarm === true) {
    const why = `takes ${candidate.version} out of traffic: the last look at ${last.stage} found a breach, which a failed check keeps from being proof`;
    return { command: `canary rollback ${file}`, why };
  }
  const waits = [
    ...approvalChecks(registry, rollout, next).map(({ detail }) => detail),
    ...waitsOf(next, { before: beforeAsTold(rollout, next), now }),
  ];
  const waiting = waits.length === 0 ? '' : `; ${waits.join('; ')}`;
  return { command: `canary evaluate ${file}`, why: `asks whether stage ${next.name} may begin${waiting}` };
}

/** As evaluating tells it, unless the plan contradicts the registry, which evaluating refuses. */
function beforeAsTold(rollout: Rollout, stage: Stage): StageTiming['before'] {
  try {
    return stageBefore(rollout, stage);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return lastEntered(rollout.registry, rollout.plan.name);
  }
}

/** What a stage waits for that time decides, and what it will ask of the requests. */
function waitsOf(stage: Stage, timing: StageTiming): readonly string[] {
  const times = [bakeWait(stage, timing), windowWait(stage, timing)].flatMap((wait) =>
    wait?.until === undefined ? [] : [wait.detail],
  );
  const { newRequests } = stage;
  const asked =
    newRequests === undefined || timing.before === undefined
      ? []
      : [`it needs ${countOf(newRequests, 'request')} since ${timing.before.since}`];
  return [...times, ...asked];
}
