import type { BuiltInScore } from '../../domain/scores/score.ts';

/** What is relevant to a request: id to its gain, above 0. */
export type Relevant = ReadonlyMap<string, number>;

/**
 * A score of a ranking by what is relevant, in [0, 1] (Järvelin and Kekäläinen 2002; Voorhees 1999): of its first `depth` ids, all where
 * absent. `ndcg` takes the gains as they are, with the discount log2(1 + place), over the best that any ranking could have; `recall` is over all
 * that is relevant, `precision` over the depth, `hit` is 1 where anything relevant is among them, `mrr` 1 over the place of the first.
 */
export function rankingScore(
  { use, depth = Infinity }: Pick<BuiltInScore, 'use' | 'depth'>,
  ids: readonly string[],
  relevant: Relevant,
): number {
  const first = ids.slice(0, Number.isFinite(depth) ? depth : ids.length);
  const found = first.filter((id) => relevant.has(id)).length;
  switch (use) {
    case 'ndcg': {
      const best = [...relevant.values()].toSorted((left, right) => right - left).slice(0, depth);
      return discounted(first.map((id) => relevant.get(id) ?? 0)) / discounted(best);
    }
    case 'mrr': {
      const place = first.findIndex((id) => relevant.has(id));
      return place === -1 ? 0 : 1 / (place + 1);
    }
    case 'recall':
      return found / relevant.size;
    case 'precision':
      return Number.isFinite(depth) ? found / depth : found / Math.max(1, first.length);
    case 'hit':
      return found > 0 ? 1 : 0;
    default:
      throw new RangeError(`${use} is not a score of a ranking`);
  }
}

function discounted(gains: readonly number[]): number {
  return gains.reduce((sum, gain, place) => sum + gain / Math.log2(place + 2), 0);
}

/**
 * Reads a label of rankings: `{"relevant": {"id": gain}}`, a list of relevant ids, or one id.
 * @returns undefined where nothing has a gain above 0, or a gain is not a number
 */
export function readRelevant(label: unknown): Relevant | undefined {
  const told = typeof label === 'object' && label !== null && 'relevant' in label ? label.relevant : label;
  const gains = gainsOf(told);
  if (gains.some(([, gain]) => typeof gain !== 'number' || !Number.isFinite(gain) || gain < 0)) return undefined;
  const positive = gains.flatMap(([id, gain]) => (typeof gain === 'number' && gain > 0 ? [[id, gain] as const] : []));
  return positive.length === 0 ? undefined : new Map(positive);
}

function gainsOf(told: unknown): readonly (readonly [string, unknown])[] {
  if (typeof told === 'string' || typeof told === 'number') return [[String(told), 1]];
  if (Array.isArray(told)) return told.map((id: unknown) => [String(id), 1]);
  return typeof told === 'object' && told !== null ? Object.entries(told) : [];
}
