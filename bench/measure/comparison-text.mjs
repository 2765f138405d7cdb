import { isMet } from './compare.mjs';

/**
 * A comparison as lines of text, with each target and whether it was met.
 *
 * @param {import('./compare.mjs').Comparison} comparison
 * @returns {string}
 */
export function comparisonText(comparison) {
  const { name, unit, reference, canaryValue, referenceValue, canaryPeakBytes, referencePeakBytes } = comparison;
  return [
    name,
    `  canary     ${spreadText(canaryValue, amount)} ${unit}, peak memory ${spreadText(canaryPeakBytes, megabytes)} MB`,
    `  reference  ${spreadText(referenceValue, amount)} ${unit}, peak memory ${spreadText(referencePeakBytes, megabytes)} MB (${reference})`,
    `  ratio      ${spreadText(comparison.ratio, ratio)}; of processor time ${spreadText(comparison.processorRatio, ratio)}`,
    ...comparison.targets.map(
      (target) => `  target     ${targetText(target, unit)}: ${isMet(comparison, target) ? 'met' : 'NOT MET'}`,
    ),
  ].join('\n');
}

/**
 * @param {import('./compare.mjs').Target} target
 * @param {string} unit
 */
function targetText(target, unit) {
  if ('ratioAtLeast' in target) return `ratio at least ${target.ratioAtLeast}`;
  if ('ratioAtMost' in target) return `ratio at most ${target.ratioAtMost}`;
  if ('valueAtMost' in target) return `canary at most ${target.valueAtMost} ${unit}`;
  return `canary's peak memory at most ${megabytes(target.peakBytesAtMost)} MB`;
}

/**
 * @param {import('./compare.mjs').Spread} spread
 * @param {(value: number) => string} write
 */
function spreadText({ median, min, max }, write) {
  return min === max ? write(median) : `${write(median)} (${write(min)} to ${write(max)})`;
}

/** @param {number} value */
function amount(value) {
  return value < 100 ? value.toFixed(2) : Math.round(value).toLocaleString('en-US');
}

/** @param {number} bytes */
function megabytes(bytes) {
  return Math.round(bytes / 1e6).toLocaleString('en-US');
}

/** @param {number} value */
function ratio(value) {
  return value.toFixed(2);
}
