import * as own from '../../src/stats/estimates/own-value.ts';
import * as paired from '../../src/stats/estimates/paired-difference.ts';
import * as ratios from '../../src/stats/estimates/paired-ratio-difference.ts';
import * as stratified from '../../src/stats/estimates/post-stratification.ts';
import * as proportions from '../../src/stats/estimates/proportion.ts';
import * as served from '../../src/stats/estimates/served-difference.ts';
import type { FloorOptions } from '../../src/stats/sums/contribution-sums.ts';
import { pairedSums } from '../../src/stats/sums/paired-sums.ts';
import { type RatioPair, ratioSums } from '../../src/stats/sums/ratio-sums.ts';
import type { PairedSample, Sample } from '../../src/stats/sums/sample.ts';
import { proportionSums, sampleSums } from '../../src/stats/sums/sample-sums.ts';
import { stratifiedSides } from '../../src/stats/sums/stratified-sums.ts';

/** The estimates of units that are in memory, added up on the way. */
export function ownValue(sample: Sample, options: FloorOptions = {}) {
  return own.ownValue(sampleSums(sample, options));
}

export function proportion(sample: Sample) {
  return proportions.proportion(proportionSums(sample));
}

export function pairedDifference(sample: PairedSample, options: FloorOptions = {}) {
  return paired.pairedDifference(pairedSums(sample, 'difference', options));
}

export function pairedRelativeDifference(sample: PairedSample, options: FloorOptions = {}) {
  return paired.pairedRelativeDifference(pairedSums(sample, 'relative', options));
}

export function pairedRatioDifference(pair: RatioPair, options = {}) {
  return ratios.pairedRatioDifference(ratioSums(pair, 'difference', options));
}

export function pairedRatioRelativeDifference(pair: RatioPair, options = {}) {
  return ratios.pairedRatioRelativeDifference(ratioSums(pair, 'relative', options));
}

export function servedDifference(baseline: Sample, candidate: Sample, options: FloorOptions = {}) {
  return served.servedDifference(sampleSums(baseline, options), sampleSums(candidate, options));
}

export function servedRelativeDifference(baseline: Sample, candidate: Sample, options: FloorOptions = {}) {
  return served.servedRelativeDifference(sampleSums(baseline, options), sampleSums(candidate, options));
}

export function postStratifiedDifference(...sides: Parameters<typeof stratifiedSides>) {
  return stratified.postStratifiedDifference(stratifiedSides(...sides));
}
