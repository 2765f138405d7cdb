import { ExitCode } from '../../domain/exit-code.ts';
import { rolloutState } from '../../registry/file/rollout-state.ts';
import type { CompleteRollout } from '../../report/document/fleet.ts';
import { openRollout, stageOf } from '../rollout/rollout.ts';
import type { World } from '../world.ts';
import { type EvaluateOptions, type Evaluation, evaluateRollout } from './evaluate.ts';

/** What asking a plan comes to: a verdict, or that its rollout is complete, so that there is nothing to ask. */
export type Answered =
  | {
      readonly kind: 'judged';
      readonly evaluation: Evaluation;
      /** Whether the candidate was taken out: among several plans such a one is listed, and decides nothing. */
      readonly ended: boolean;
    }
  | { readonly kind: 'complete'; readonly complete: CompleteRollout };

/**
 * Evaluates the stage that a plan asks about. Where every stage was entered and none is named, nothing is left to begin.
 * @throws UserError (exit 2, 5 or 130), and then no evidence is written.
 */
export async function evaluatePlan(world: World, file: string, options: EvaluateOptions): Promise<Answered> {
  const rollout = await openRollout(world, file);
  const { plan, registry, candidate } = rollout;
  const state = rolloutState(registry, plan.name);
  if (state === 'complete' && options.stage === undefined) {
    const reason = `nothing left to begin: every stage of ${plan.name} was entered, and ${candidate.version} is stable`;
    return {
      kind: 'complete',
      complete: {
        planFile: file,
        plan: { name: plan.name, model: plan.model },
        rollout: { state, traffic: registry.traffic },
        candidate: candidate.version,
        verdict: { decision: 'none', exitCode: ExitCode.ok, reasons: [reason] },
      },
    };
  }
  const evaluation = await evaluateRollout(world, rollout, stageOf(rollout, options.stage), options);
  return { kind: 'judged', evaluation, ended: state === 'rolled-back' };
}
