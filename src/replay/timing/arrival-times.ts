import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/**
 * When requests come that many independent users send: at random, so many a second on average (a Poisson process, whose
 * gaps are exponential). Evenly spaced requests would never meet, and so never queue.
 *
 * @param count how many
 * @param rate per second
 * @param seed decides all of it
 * @returns ms from the start, rising
 */
export function randomArrivalsMs(count: number, rate: number, seed: number): number[] {
  const random = xoroshiro128plus(seed);
  const arrivals: number[] = [];
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    at += (-Math.log(1 - uniformFloat64(random)) / rate) * 1000;
    arrivals.push(at);
  }
  return arrivals;
}

/**
 * When requests came, sped up.
 *
 * @param recordedMs their times, rising
 * @param speedup 2 for twice as fast
 * @returns ms from the first
 */
export function recordedArrivalsMs(recordedMs: readonly number[], speedup: number): number[] {
  const [first = 0] = recordedMs;
  return recordedMs.map((at) => (at - first) / speedup);
}
