import { type IntervalSettings, interval } from '../../src/stats/bounds/confidence-bound.ts';
import type { Linearized } from '../../src/stats/estimates/linearized.ts';
import type { Proportion } from '../../src/stats/estimates/proportion.ts';
import { effectiveCounts, isAbove, isBelow, proportionInterval } from '../../src/stats/bounds/proportion-bounds.ts';
import type { Refusal, Uncomputable } from '../../src/stats/result.ts';

/** What one look found: an estimate, or that there is none. */
export type Look = Linearized | Proportion | Refusal | Uncomputable;

/** Whether a bound excluded the truth, for one run of looks. */
export interface Misses {
  /** The upper bound fell below the truth (a false pass where more is worse), the lower rose above it (a false breach). */
  upper: boolean;
  lower: boolean;
}

/** One simulated rollout: sequential misses at any look, fixed misses at the last. */
export interface RunMisses {
  readonly sequential: Misses;
  /** At alpha / 20, as a breach is tested where the plan has 20 tests. */
  readonly strict: Misses;
  readonly fixed: Misses;
  /** The last look had a sequential interval, and a fixed one. */
  lastInterval: boolean;
  fixedInterval: boolean;
}

export const alpha = 0.05;
export const strictAlpha = alpha / 20;

export function noMisses(): RunMisses {
  return {
    sequential: { upper: false, lower: false },
    strict: { upper: false, lower: false },
    fixed: { upper: false, lower: false },
    lastInterval: false,
    fixedInterval: false,
  };
}

/** Adds one look to a run. */
export function record(run: RunMisses, look: Look, truth: number, plannedUnits: number, isLast: boolean): void {
  run.lastInterval = false;
  if (look.kind === 'refused' || look.kind === 'uncomputable') return;
  const settings = (level: number, inference: 'fixed' | 'sequential'): IntervalSettings => ({
    alphaLower: level,
    alphaUpper: level,
    inference,
    plannedUnits,
  });
  if (look.kind === 'proportion') {
    recordProportion(run, look, truth, plannedUnits, isLast);
    return;
  }
  const bounds = interval(look, settings(alpha, 'sequential'));
  if (bounds.kind === 'refused') return;
  run.lastInterval = true;
  mark(run.sequential, bounds.low, bounds.high, truth);
  const strict = interval(look, settings(strictAlpha, 'sequential'));
  if (strict.kind === 'interval') mark(run.strict, strict.low, strict.high, truth);
  if (!isLast) return;
  const fixed = interval(look, settings(alpha, 'fixed'));
  if (fixed.kind === 'refused') return;
  run.fixedInterval = true;
  mark(run.fixed, fixed.low, fixed.high, truth);
}

function recordProportion(run: RunMisses, look: Proportion, truth: number, planned: number, isLast: boolean): void {
  if (look.effectiveUnits < 30) return;
  run.lastInterval = true;
  const counts = effectiveCounts(look, planned);
  // The bounds are these tests inverted; asking the test directly at the truth is the same and much faster.
  run.sequential.upper ||= isBelow(counts, truth, alpha);
  run.sequential.lower ||= isAbove(counts, truth, alpha);
  run.strict.upper ||= isBelow(counts, truth, strictAlpha);
  run.strict.lower ||= isAbove(counts, truth, strictAlpha);
  if (!isLast) return;
  const settings = { alphaLower: alpha, alphaUpper: alpha, inference: 'fixed', plannedUnits: planned } as const;
  const fixed = proportionInterval(look, settings);
  if (fixed.kind === 'refused') return;
  run.fixedInterval = true;
  mark(run.fixed, fixed.low, fixed.high, truth);
}

function mark(misses: Misses, low: number, high: number, truth: number): void {
  misses.upper ||= high < truth;
  misses.lower ||= low > truth;
}
