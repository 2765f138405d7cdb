import { invalidInput } from '../../domain/errors.ts';
import type { Decision } from '../../domain/registry.ts';
import type { DecidingPerson } from '../../registry/change/transition.ts';
import type { World } from '../world.ts';

export interface PromoteOptions {
  /** The stage whose evidence to act on; the first not yet entered where absent. */
  readonly stage?: string;
  /** The evidence, where it is not beside the plan. */
  readonly evidence?: string;
  /** The attestation of the evidence or of the override, where it is not beside it. */
  readonly attestation?: string;
  /** Tells the change and makes none. */
  readonly dryRun?: boolean;
  /** What to do instead of what the evidence says; needs `by` and `reason`. */
  readonly override?: Decision;
  /** The earlier stage to go back to; needs `by` and `reason`. */
  readonly to?: string;
  readonly by?: string;
  readonly reason?: string;
}

/**
 * The person who decides, where one does.
 * @throws UserError (exit 2) for a decision that nobody stands for, for two decisions, and for a name without one.
 */
export function decidingPerson(world: World, options: PromoteOptions): DecidingPerson | undefined {
  const { override, to, stage, by, reason } = options;
  const decides = override !== undefined ? '--override' : to !== undefined ? '--to' : undefined;
  const said = [by, reason].filter((text) => text !== undefined && text.trim() !== '');
  if (decides === undefined) {
    if (said.length === 0) return undefined;
    throw invalidInput('--by and --reason go with --override or --to', {
      hint: 'Without them the evidence decides; CANARY_BY names who acts.',
    });
  }
  if (override !== undefined && to !== undefined)
    throw invalidInput('--override and --to are two different decisions', { hint: 'Write one of them.' });
  if (to !== undefined && stage !== undefined) {
    throw invalidInput('--to and --stage both name a stage', { hint: 'Leave --stage out.' });
  }
  if (by !== undefined && reason !== undefined && said.length === 2) return { ...world.actor(by), reason };
  throw invalidInput(`${decides} needs --by NAME and --reason TEXT`, {
    hint: 'Overruling the gate is recorded: the history and the changelog keep both.',
  });
}
