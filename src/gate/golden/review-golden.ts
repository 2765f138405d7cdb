import type { GoldenReview } from '../../report/commands/golden-review.ts';
import type { World } from '../world.ts';
import { canRun } from './judge-golden.ts';
import { type RolloutWithGolden, readGolden } from './read-golden.ts';

/** Counts a plan's golden requests without asking any. @returns undefined where it names none. @throws UserError (exit 5) for wrong files */
export async function reviewGolden(world: World, rollout: RolloutWithGolden): Promise<GoldenReview | undefined> {
  const set = await readGolden(world, rollout);
  if (set === undefined) return undefined;
  const { files, requests } = set;
  const unanswered = requests.filter(({ recorded }) => recorded === undefined);
  return {
    files: files.length,
    requests: requests.length,
    unanswerable: canRun(rollout) ? 0 : unanswered.length,
  };
}
