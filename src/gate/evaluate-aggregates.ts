import type { Evidence } from '../domain/evidence.ts';
import type { Stage } from '../domain/plan.ts';
import { concludeLook } from './conclude-look.ts';
import type { JudgedGolden } from './golden/judge-golden.ts';
import { judgeAggregates, requireDimensions, scopeOfNumbers } from './judge-aggregates.ts';
import { readStageNumbers } from './read-aggregates.ts';
import { changeOf } from './request-prefix.ts';
import type { Rollout } from './rollout.ts';
import { versionFacts } from './version-facts.ts';
import type { World } from './world.ts';

/** Judges a stage on numbers per version that somebody else counted: nothing else is read, and no version runs for it. */
export async function evaluateAggregates(
  world: World,
  rollout: Rollout,
  stage: Stage,
  previous: Evidence | undefined,
  golden: JudgedGolden | undefined,
): Promise<Evidence> {
  const { plan, folder, baseline, candidate } = rollout;
  const { numbers, files } = await readStageNumbers(rollout, stage);
  const scope = scopeOfNumbers(numbers);
  requireDimensions(plan, scope);
  return await concludeLook(world, rollout, stage, previous, {
    inputs: {
      format: 'aggregates',
      requests: files,
      baseline: versionFacts(baseline),
      candidate: versionFacts(candidate),
    },
    scope,
    // A line more is another number, not more of the same requests.
    contains: async (file) => (await changeOf(folder, file)) === 'same',
    golden,
    judge: (frozen) => judgeAggregates(plan, stage, numbers, scope, frozen),
  });
}
