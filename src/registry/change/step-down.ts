import type { ModelRegistry } from '../../domain/registry.ts';
import { unusableFile } from '../../domain/errors.ts';
import { withHistory } from '../file/hash-chain.ts';
import { recordOf, rolloutState } from '../file/rollout-state.ts';
import { withShare } from './apply-verdict.ts';
import { requireNotRolledBack, requireSameVersions } from './rollout-guards.ts';
import { type DecidingPerson, type RolloutChange, withoutAlias, withRecord } from './transition.ts';

/** Going back to a stage that was entered before, as a person decided. */
export interface StepDown extends Pick<RolloutChange, 'rollout' | 'stage' | 'at'> {
  readonly person: DecidingPerson;
}

/**
 * Gives the candidate the weight of an earlier stage again: the stages after it count as not entered, what was looked at is kept,
 * and whatever is asked of the time since a stage was entered is asked anew.
 * @throws UserError (exit 5) when the rollout is not under way, or has not entered the stage.
 */
export function stepDown(registry: ModelRegistry, { rollout, stage, at, person }: StepDown): ModelRegistry {
  requireNotRolledBack(registry, rollout);
  requireSameVersions(registry, rollout);
  const record = recordOf(registry, rollout);
  const place = record.entered.indexOf(stage.name);
  const last = record.entered.at(-1);
  if (rolloutState(registry, rollout.name) === 'complete') {
    throw unusableFile(`${rollout.name} is complete: ${rollout.candidate} serves everybody`, {
      hint: 'canary rollback restores the version before; for a share of the users start a new rollout.',
    });
  }
  if (place === -1) {
    throw unusableFile(`${rollout.name} has not entered ${stage.name}, so it cannot go back to it`, {
      hint: last === undefined ? 'It has not entered a stage yet.' : `It has entered ${record.entered.join(', ')}.`,
    });
  }
  if (stage.name === last) {
    throw unusableFile(`${rollout.name} is in stage ${stage.name} already`, {
      hint: 'Name a stage that was entered before it, or take the candidate out with canary rollback.',
    });
  }
  const cut = withRecord(registry, rollout, { ...record, entered: record.entered.slice(0, place + 1) });
  const shared = withShare(cut, rollout, stage.weight);
  const moved = stage.weight === 0 ? withoutAlias(shared, 'canary') : shared;
  return withHistory(moved, {
    at,
    action: 'step-down',
    version: rollout.candidate,
    rollout: rollout.name,
    stage: stage.name,
    weight: moved.traffic[rollout.candidate] ?? 0,
    ...person,
  });
}
