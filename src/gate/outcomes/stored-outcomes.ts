import { UserError } from '../../domain/errors.ts';
import { type OutcomeRequest, obtainPredictions, obtainTimes } from './obtain-outcomes.ts';
import type { Rollout } from '../rollout/rollout.ts';
import type { World } from '../world.ts';

/** As `obtainPredictions`, with what earlier replays left in the store alone. @returns false where it lacks some. */
export async function loadStoredPredictions(
  world: World,
  rollout: Rollout,
  request: Omit<OutcomeRequest, 'stage'>,
): Promise<boolean> {
  return await isStored(obtainPredictions(storeOnly(world), rollout, request));
}

/** As `obtainTimes`, with what earlier measurements left in the store alone. @returns false where there are none. */
export async function loadStoredTimes(world: World, rollout: Rollout, request: OutcomeRequest): Promise<boolean> {
  return await isStored(obtainTimes(storeOnly(world), rollout, request));
}

/** What is stored is loaded whatever the signal says; only what would start a model heeds it. Of its errors an evaluation told. */
function storeOnly(world: World): World {
  return { ...world, signal: AbortSignal.abort(), note: () => undefined };
}

/** A model whose files are elsewhere has nothing stored that could be found by them either. */
async function isStored(obtained: Promise<unknown>): Promise<boolean> {
  try {
    await obtained;
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}
