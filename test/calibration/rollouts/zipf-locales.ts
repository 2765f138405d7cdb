import type { RolloutPlan } from '../../../src/domain/plan.ts';
import type { Decision, Frozen } from '../../../src/domain/registry.ts';
import { Random } from '../random.ts';
import { addPair, noPairs, type PairCounts, pairsMeasurer, totalOf } from './counted-pairs.ts';
import { dayAfter, type GateLook, lookAt } from './gate-look.ts';
import { planOf } from '../../fixtures/plain-plan.ts';

/*
 * Whole rollouts on forty locales whose sizes follow Zipf's law, through the gate look by look: pairs of one request a user, of which 3% of
 * the answers differ by chance, and one locale on which the candidate loses more.
 */

const locales = 40;

/** Shares of users by locale, the largest first: 1 / k over the sum of them. */
const shares: readonly number[] = (() => {
  const weights = Array.from({ length: locales }, (_, index) => 1 / (index + 1));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / all);
})();

/** What is simulated. */
export interface ZipfRollout {
  /** Users at the last look, as many a day; the plan says when its log ends. */
  readonly users: number;
  readonly looks: number;
  /** `auto` where absent. */
  readonly segments?: 'auto' | '[locale]';
  /** How much of its accuracy a locale loses, by its number from 0; nothing where absent. */
  readonly loss?: (locale: number) => number;
  /** The look from which on a locale has users: the first where absent. */
  readonly since?: (locale: number) => number;
}

/** Walks one rollout look by look, as nightly jobs would, until it does not hold. @returns the last verdict. */
export async function walkZipf(rollout: ZipfRollout, seed: number): Promise<Decision> {
  const random = new Random(seed);
  const plan = zipfPlan(rollout);
  const counts: PairCounts[] = shares.map(noPairs);
  let frozen: Frozen | undefined;
  for (let look = 1; look <= rollout.looks; look += 1) {
    const added = Math.round((rollout.users * look) / rollout.looks) - totalOf(counts).users;
    for (let user = 0; user < added; user += 1) drawUser(random, counts, rollout, look);
    const judged = await lookAt(plan, zipfLook(counts, look), frozen);
    frozen = judged.frozen;
    if (judged.decision !== 'hold') return judged.decision;
  }
  return 'hold';
}

/** A user of a locale that is not there yet is one of the largest. */
function drawUser(
  random: Random,
  counts: readonly PairCounts[],
  { loss, since = () => 1 }: ZipfRollout,
  look: number,
): void {
  const drawn = drawLocale(random);
  const locale = since(drawn) <= look ? drawn : 0;
  const own = counts[locale];
  if (own === undefined) throw new RangeError('a user has a locale');
  addPair(random, own, loss?.(locale) ?? 0);
}

function drawLocale(random: Random): number {
  let place = random.uniform();
  let locale = 0;
  while (locale < locales - 1 && place >= (shares[locale] ?? 1)) {
    place -= shares[locale] ?? 1;
    locale += 1;
  }
  return locale;
}

function zipfPlan({ looks, segments = 'auto' }: ZipfRollout): RolloutPlan {
  return planOf([
    `requests: { source: log.jsonl, segments: { locale: context.locale }, to: '${dayAfter(looks)}' }`,
    'stages: [{ name: shadow, weight: 0 }, { name: full, weight: 1 }]',
    `guardrails: [{ metric: accuracy, maxDecrease: 1pp, segments: ${segments} }]`,
  ]);
}

function zipfLook(counts: readonly PairCounts[], days: number): GateLook {
  const { users } = totalOf(counts);
  return {
    days,
    comparison: 'paired',
    units: users,
    requests: users,
    sizes: counts
      .map((own, locale) => ({ segment: { locale: `l${locale}` }, units: own.users }))
      .filter(({ units }) => units > 0)
      .toSorted((a, b) => b.units - a.units),
    measurer: pairsMeasurer(({ segment }) =>
      segment === null ? totalOf(counts) : (counts[Number(segment['locale']?.slice(1))] ?? noPairs()),
    ),
  };
}
