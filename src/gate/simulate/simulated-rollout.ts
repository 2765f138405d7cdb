import { holdsNumbers } from '../../domain/told-number.ts';
import { invalidInput } from '../../domain/errors.ts';
import { guardedMetrics, planOfSource } from '../../domain/judged.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import { openRollout, type Rollout } from '../rollout/rollout.ts';
import type { World } from '../world.ts';

/**
 * Opens a plan for a simulation, with those of its guardrails that requests decide, and notes what is simulated otherwise than it is judged.
 * @throws UserError (exit 2 or 5), also where the plan has no requests, or no guardrail on them.
 */
export async function openSimulatedRollout(world: World, file: string): Promise<Rollout> {
  const rollout = await openRollout(world, file);
  const plan = planOfSource(rollout.plan);
  if (holdsNumbers(plan.requests.format)) {
    const has = plan.requests.format === 'sums' ? 'the sums of a warehouse' : 'numbers per version';
    throw invalidInput(`A simulation needs requests, but this plan has ${has}`, {
      hint: 'Name a request log in requests.source.',
    });
  }
  noteOwnLogs(world, plan);
  const guardrails = plan.guardrails.filter(({ metric }) => metric.family !== 'memory');
  if (guardrails.length === 0) {
    throw invalidInput('A simulation draws requests, but no guardrail of this plan is on their outcomes', {
      hint: 'Add a guardrail on latency, errors or quality.',
    });
  }
  for (const metric of guardedMetrics({ guardrails: plan.elsewhere ?? [] }))
    world.note(`${metric.id}: left out, since numbers per version hold no requests to draw.`);
  if (guardrails.length < plan.guardrails.length)
    world.note('memory.peak: left out, since a peak belongs to a process, not to requests.');
  return { ...rollout, plan: { ...plan, guardrails } };
}

/** Stages that have their own log are simulated on the plan's: a walk in time has one time. */
function noteOwnLogs(world: World, { stages }: RolloutPlan): void {
  const own = stages.filter(({ requests }) => requests !== undefined);
  if (own.length === 0) return;
  const names = own.map(({ name }) => name).join(', ');
  world.note(`${names}: simulated on the plan's own log, not on the stage's.`);
}
