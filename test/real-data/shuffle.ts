import type { Random } from '../calibration/random.ts';

/** The items in random order, each order equally likely, as a new array. */
export function shuffled<T>(random: Random, items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: random.uniform() }))
    .toSorted((left, right) => left.place - right.place)
    .map(({ item }) => item);
}
