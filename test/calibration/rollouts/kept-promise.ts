import { Random } from '../random.ts';
import { addPair, noPairs, pairsMeasurer, type PairCounts } from './counted-pairs.ts';
import { lookAt } from './gate-look.ts';
import { planOf } from '../../fixtures/plain-plan.ts';

const plan = planOf([
  'requests: { source: log.jsonl }',
  'stages: [{ name: shadow, weight: 0 }, { name: full, weight: 1 }]',
  'guardrails: [{ metric: accuracy, maxDecrease: 1pp }]',
]);

/**
 * Looks at a first log of so many users whose versions do not differ, and again when it has grown to what the gate said would decide were there no
 * change. @returns whether it increases then; undefined where the first look did not say.
 */
export async function keepsItsPromise(users: number, seed: number): Promise<boolean | undefined> {
  const random = new Random(seed);
  const counts = noPairs();
  const first = await lookWhenAt(random, counts, users, undefined);
  const needed = first.guardrails[0]?.needed.unchanged?.units;
  if (first.decision !== 'hold' || needed === undefined || needed === null) return undefined;
  return (await lookWhenAt(random, counts, needed, first.frozen)).decision === 'increase';
}

async function lookWhenAt(
  random: Random,
  counts: PairCounts,
  users: number,
  frozen: Parameters<typeof lookAt>[2],
): ReturnType<typeof lookAt> {
  while (counts.users < users) addPair(random, counts, 0);
  const look = {
    days: frozen === undefined ? 1 : 2,
    comparison: 'paired',
    units: users,
    requests: users,
    measurer: pairsMeasurer(() => counts),
    tells: true,
  } as const;
  return await lookAt(plan, look, frozen);
}
