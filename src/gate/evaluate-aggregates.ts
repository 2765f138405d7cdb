import type { Evidence, VersionFacts } from '../domain/evidence.ts';
import type { Stage } from '../domain/plan.ts';
import { concludeLook } from './conclude-look.ts';
import { judgeAggregates, requireDimensions, scopeOfNumbers } from './judge-aggregates.ts';
import { readStageNumbers } from './read-aggregates.ts';
import { changeOf } from './request-prefix.ts';
import type { Rollout } from './rollout.ts';
import type { World } from './world.ts';

/** Judges a stage on numbers per version that somebody else counted: nothing is read but them, and nothing runs. */
export async function evaluateAggregates(
  world: World,
  rollout: Rollout,
  stage: Stage,
  previous: Evidence | undefined,
): Promise<Evidence> {
  const { plan, folder, baseline, candidate } = rollout;
  const { numbers, files } = await readStageNumbers(rollout, stage);
  const scope = scopeOfNumbers(numbers);
  requireDimensions(plan, scope);
  return await concludeLook(world, rollout, stage, previous, {
    inputs: { format: 'aggregates', requests: files, baseline: factsOf(baseline), candidate: factsOf(candidate) },
    scope,
    // A line more is another number, not more of the same requests.
    contains: async (file) => (await changeOf(folder, file)) === 'same',
    judge: (frozen) => judgeAggregates(plan, stage, numbers, scope, frozen),
  });
}

/** The registry's own word of what the numbers are about; `promote` checks it against the artifact. */
function factsOf({ version, entry }: Rollout['baseline']): VersionFacts {
  const { runtime, sha256 } = entry.artifact;
  return { version, runtime, ...(sha256 === undefined ? {} : { sha256 }) };
}
