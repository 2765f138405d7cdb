import { unusableFile } from '../domain/errors.ts';
import type { ModelRegistry } from '../domain/registry.ts';
import { nextStage } from './next-stage.ts';
import { recordOf } from './rollout-state.ts';
import { inSteps } from './traffic.ts';
import type { RolloutChange } from './transition.ts';

/** @throws UserError (exit 5) when the stage is not the one that may begin next. */
export function requireNext(registry: ModelRegistry, { rollout, stage, stages }: RolloutChange): void {
  const { entered } = recordOf(registry, rollout);
  const next = nextStage(stages, entered);
  if (next?.name === stage.name) return;
  const place = stages.findIndex(({ name }) => name === stage.name);
  if (next !== undefined && place > stages.indexOf(next)) {
    throw unusableFile(`Stage ${stage.name} cannot begin: ${rollout.name} has not entered ${next.name}`, {
      hint: `Run canary evaluate --stage ${next.name} and canary promote with the plan first.`,
    });
  }
  throw unusableFile(`Stage ${stage.name} comes before ${entered.at(-1)}, which ${rollout.name} has entered`, {
    hint: next === undefined ? 'The rollout has entered its last stage.' : `The next stage is ${next.name}.`,
  });
}

/** @throws UserError (exit 5) when the stage would give the candidate less traffic than it has. */
export function requireNotFalling(registry: ModelRegistry, { rollout, stage }: RolloutChange): void {
  const { candidate } = rollout;
  const share = registry.traffic[candidate] ?? 0;
  if (inSteps(stage.weight) >= inSteps(share)) return;
  throw unusableFile(`${candidate} has ${share} of the traffic; stage ${stage.name} would give it ${stage.weight}`, {
    hint: 'Users who have the candidate keep it: weights never fall from stage to stage.',
  });
}
