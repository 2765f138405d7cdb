import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { murmur3Bucket } from '../assignment/schemes/murmur3.ts';
import type { Population } from './population.ts';

/** One run's users: who is in it, in which bucket, which way round, and what was planted into which of their requests. */
export interface Draw {
  /** The population's unit that each simulated user is; one may be there several times, or not at all. */
  readonly unitOf: Int32Array;
  readonly buckets: Float64Array;
  /** 1 for a user whose two versions' outcomes are swapped; of no meaning where each request has one outcome. */
  readonly swapped: Uint8Array;
  /** Where a user's requests begin in `changes`; one more entry than there are users. */
  readonly starts: Int32Array;
  /** By request: 0, or 1 + the planted change that it got; as recorded and swapped, since what can be changed depends on it. */
  readonly changes: Uint8Array;
  /** By request: a number in [0, 1) by which the ones to be timed are picked. */
  readonly ranks: Float32Array;
  /** What was worked out for one look and serves the next. */
  readonly sums: Map<string, unknown>;
  readonly times: Map<string, { readonly values: Float64Array; readonly order: Uint32Array }>;
}

export interface DrawSettings {
  readonly seed: number;
  /**
   * `resampled`: users drawn anew with replacement, each with a bucket under a salt of the run's own (of canary's own hash, whatever the plan's: all of them spread users evenly); `recorded`: the log's
   * users as they are, in the plan's own buckets.
   */
  readonly users: 'resampled' | 'recorded';
}

/**
 * Draws a run. In every draw the two versions' outcomes are swapped for each user by a coin, so that in truth the
 * candidate differs from the baseline by what was planted and by nothing else.
 * @param run its number, from 0; the same seed and run give the same draw.
 */
export function drawRun(population: Population, run: number, { seed, users }: DrawSettings): Draw {
  const generator = xoroshiro128plus(mixed(seed, run));
  const uniform = () => uniformFloat64(generator);
  const count = population.units.length;
  const resampled = users === 'resampled';
  const unitOf = Int32Array.from({ length: count }, (_, user) => (resampled ? Math.floor(uniform() * count) : user));
  const salt = `simulated-${seed}-${run}`;
  const buckets = resampled
    ? Float64Array.from(unitOf, (unit, user) => murmur3Bucket(salt, `${population.units[unit] ?? ''}#${user}`))
    : population.buckets;
  const swapped = Uint8Array.from(unitOf, () => (uniform() < 0.5 ? 1 : 0));
  const starts = new Int32Array(count + 1);
  for (let user = 0; user < count; user += 1) {
    const unit = unitOf[user] ?? 0;
    starts[user + 1] = (starts[user] ?? 0) + (population.starts[unit + 1] ?? 0) - (population.starts[unit] ?? 0);
  }
  const requests = starts[count] ?? 0;
  const changes = new Uint8Array(requests);
  const ranks = new Float32Array(requests);
  for (let user = 0; user < count; user += 1) {
    const first = population.starts[unitOf[user] ?? 0] ?? 0;
    const start = starts[user] ?? 0;
    // A served log's outcome can be changed where the candidate serves it, which is the second way round.
    const way = population.scenarios.comparison === 'served' ? 1 : (swapped[user] ?? 0);
    for (let at = start; at < (starts[user + 1] ?? 0); at += 1) {
      changes[at] = changeOf(population, way, first + at - start, uniform);
      ranks[at] = uniform();
    }
  }
  return { unitOf, buckets, swapped, starts, changes, ranks, sums: new Map(), times: new Map() };
}

function changeOf({ scenarios, eligible }: Population, way: number, record: number, uniform: () => number): number {
  for (const [index, { change }] of scenarios.changes.entries()) {
    if (eligible[index]?.[way]?.[record] === 1 && uniform() < change.probability) return index + 1;
  }
  return 0;
}

/** Spreads seed and run over 32 bits, so that neighbouring runs have nothing in common (the finalizer of MurmurHash3). */
function mixed(seed: number, run: number): number {
  let hash = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(run + 1, 0x85ebca6b)) | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
