import type { Decision } from '../../../src/domain/registry.ts';
import { planOf } from '../../fixtures/plain-plan.ts';
import { Random } from '../random.ts';
import { addPair, noPairs, pairsMeasurer, totalOf } from './counted-pairs.ts';
import { lookAt } from './gate-look.ts';

const segments = 77;

const plan = planOf([
  'requests: { source: log.jsonl, segments: { locale: context.locale } }',
  'stages: [{ name: shadow, weight: 0 }, { name: full, weight: 1 }]',
  'guardrails: [{ metric: accuracy, maxDecrease: 5pp, segments: auto }]',
]);

/** Looks once at pairs of as many users in each segment, one request each, of which the last segment loses so much of its accuracy. */
export async function judgeSegments(usersEach: number, loss: number, seed: number): Promise<Decision> {
  const random = new Random(seed);
  const counts = Array.from({ length: segments }, noPairs);
  for (const [at, own] of counts.entries()) {
    for (let user = 0; user < usersEach; user += 1) addPair(random, own, at === segments - 1 ? loss : 0);
  }
  const { users } = totalOf(counts);
  const look = {
    days: 2,
    comparison: 'paired',
    units: users,
    requests: users,
    sizes: counts.map((_, at) => ({ segment: { locale: String(at) }, units: usersEach })),
    measurer: pairsMeasurer(({ segment }) =>
      segment === null ? totalOf(counts) : (counts[Number(segment['locale'])] ?? noPairs()),
    ),
  } as const;
  return (await lookAt(plan, look, undefined)).decision;
}
