import type { MeanTails } from './table/mean-tails.ts';
import type { Metric } from '../domain/metric.ts';
import type { Role } from '../domain/role.ts';
import type { PostStratified } from '../stats/estimates/post-stratification.ts';
import { type Uncomputable, uncomputable } from '../stats/result.ts';
import type { TalliedUsers } from '../stats/sums/user-tally.ts';
import type { Measured } from './table/estimate.ts';
import type { Measurer } from './measurer.ts';
import type { Subject, TestedQuantity } from './table/subject.ts';

/** Most memory that a version's process had resident, in bytes, or why nobody knows. */
export type PeakMemory = { readonly bytes: number } | { readonly unknown: string };

/** Why a peak has no interval: nothing in it is repeated. */
export const onePerReplay = 'one number per replay has no interval; write test: point';

/** What a replay went through: it is the same for every cohort, since both versions answer all requests. */
export interface ReplayedMemory {
  readonly peaks: Readonly<Record<Role, PeakMemory>>;
  readonly units: number;
  readonly requests: number;
}

/** Measures `memory.peak` from what the replay saw, and any other metric as the measurer that it is given. */
export class MemoryMeasurer implements Measurer {
  readonly #others: Measurer;
  readonly #memory: ReplayedMemory;

  constructor(others: Measurer, memory: ReplayedMemory) {
    this.#others = others;
    this.#memory = memory;
  }

  async measure(subject: Subject, quantity: TestedQuantity): Promise<Measured> {
    return subject.metric.family === 'memory' ? this.#peak(quantity) : await this.#others.measure(subject, quantity);
  }

  async postStratified(
    metric: Metric,
    dimensions: readonly string[],
  ): Promise<PostStratified | Uncomputable | undefined> {
    return metric.family === 'memory' ? undefined : await this.#others.postStratified(metric, dimensions);
  }

  async tails(subject: Subject): Promise<MeanTails> {
    return subject.metric.family === 'memory' ? {} : await this.#others.tails(subject);
  }

  async tally(subject: Subject): Promise<readonly TalliedUsers[] | undefined> {
    return subject.metric.family === 'memory' ? undefined : await this.#others.tally(subject);
  }

  #peak(quantity: TestedQuantity): Measured {
    const { peaks, units, requests } = this.#memory;
    const { baseline, candidate } = peaks;
    if ('unknown' in candidate) return uncomputable(candidate.unknown);
    const refusal = { kind: 'refused', reason: onePerReplay, unboundable: true } as const;
    const size = { units, requests, refusal };
    if (quantity === 'own') return { kind: 'valueOnly', value: candidate.bytes, ...size };
    if ('unknown' in baseline) return uncomputable(baseline.unknown);
    const difference = candidate.bytes - baseline.bytes;
    const value = quantity === 'relative' ? difference / baseline.bytes : difference;
    return { kind: 'valueOnly', value, baseline: baseline.bytes, candidate: candidate.bytes, ...size };
  }
}
