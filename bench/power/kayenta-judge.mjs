import { shiftInterval } from './mann-whitney.mjs';

const CONFIDENCE = 0.98;
const TOLERANCE = 0.25;

/**
 * Whether Kayenta's default judge (NetflixACAJudge) classifies a metric as changed in the direction that harms: the near end of
 * the 98% interval of the shift lies beyond 0.25 of the Hodges-Lehmann estimate, and the ratio of means agrees with it, which is
 * its effect size check at the default of 1. Minutes without a value are left out, outliers are kept: its defaults too.
 * The rule is that of github.com/spinnaker/kayenta (NetflixACAJudge, MannWhitneyClassifier, MannWhitney) and
 * spinnaker.io/docs/guides/user/canary/judge; the code is not.
 *
 * @param {Float64Array} experiment one value per minute, NaN where there is none
 * @param {Float64Array} control
 * @param {'high' | 'low'} harmfulEnd
 * @returns {boolean}
 */
export function kayentaAlarms(experiment, control, harmfulEnd) {
  const x = experiment.filter((value) => !Number.isNaN(value));
  const y = control.filter((value) => !Number.isNaN(value));
  if (x.length === 0 || y.length === 0) return false;
  // It counts a metric with one single value as unchanged.
  if (new Set([...x, ...y]).size === 1) return false;
  const { low, high, estimate } = shiftInterval(x, y, CONFIDENCE);
  const critical = TOLERANCE * Math.abs(estimate);
  const ratio = mean(x) / mean(y);
  return harmfulEnd === 'high' ? low > critical && ratio >= 1 : high < -critical && ratio <= 1;
}

/** @param {Float64Array} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
