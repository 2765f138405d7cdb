/**
 * The middle of repeated measurements and how far they lie apart.
 *
 * @typedef {object} Spread
 * @property {number} median
 * @property {number} min
 * @property {number} max
 */

/**
 * One measurement of one side.
 *
 * @typedef {object} Measurement
 * @property {number} value in the comparison's unit
 * @property {number} peakBytes
 * @property {number} processorSeconds
 */

/**
 * What a comparison promises: of the ratio of the two values, or of canary's own value or peak memory.
 *
 * @typedef {{ readonly ratioAtLeast: number } | { readonly ratioAtMost: number } | { readonly valueAtMost: number } | { readonly peakBytesAtMost: number }} Target
 */

/**
 * Canary against a reference that did the same work in the same minutes.
 *
 * @typedef {object} Comparison
 * @property {string} name
 * @property {string} unit of both values
 * @property {string} reference what canary is compared with
 * @property {Spread} canaryValue
 * @property {Spread} referenceValue
 * @property {Spread} ratio canary's value by the reference's, pair by pair
 * @property {Spread} processorRatio of the processor time that each side took; other programs disturb it less
 * @property {Spread} canaryPeakBytes
 * @property {Spread} referencePeakBytes
 * @property {readonly Target[]} targets
 */

/**
 * Measures canary, the reference, canary, the reference, ... so that whatever else the machine does meets both sides.
 *
 * @param {Pick<Comparison, 'name' | 'unit' | 'reference' | 'targets'>} description
 * @param {number} pairs how often each side is measured
 * @param {{ canary: () => Promise<Measurement>, reference: () => Promise<Measurement> }} sides
 * @returns {Promise<Comparison>}
 */
export async function compare(description, pairs, sides) {
  /** @type {Measurement[]} */
  const canary = [];
  /** @type {Measurement[]} */
  const reference = [];
  for (let pair = 1; pair <= pairs; pair += 1) {
    console.error(`${description.name}: pair ${pair} of ${pairs}`);
    canary.push(await sides.canary());
    reference.push(await sides.reference());
  }
  const ratioOf = (/** @type {'value' | 'processorSeconds'} */ what) =>
    spread(canary.map((own, pair) => own[what] / (reference[pair]?.[what] ?? Number.NaN)));
  return {
    ...description,
    canaryValue: spread(canary.map(({ value }) => value)),
    referenceValue: spread(reference.map(({ value }) => value)),
    ratio: ratioOf('value'),
    processorRatio: ratioOf('processorSeconds'),
    canaryPeakBytes: spread(canary.map(({ peakBytes }) => peakBytes)),
    referencePeakBytes: spread(reference.map(({ peakBytes }) => peakBytes)),
  };
}

/**
 * @param {Comparison} comparison
 * @param {Target} target
 * @returns {boolean} whether the median keeps the promise
 */
export function isMet({ ratio, canaryValue, canaryPeakBytes }, target) {
  if ('ratioAtLeast' in target) return ratio.median >= target.ratioAtLeast;
  if ('ratioAtMost' in target) return ratio.median <= target.ratioAtMost;
  if ('valueAtMost' in target) return canaryValue.median <= target.valueAtMost;
  return canaryPeakBytes.median <= target.peakBytesAtMost;
}

/**
 * @param {readonly number[]} values at least one
 * @returns {Spread}
 */
function spread(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (/** @type {number} */ index) => sorted[index] ?? Number.NaN;
  const last = sorted.length - 1;
  return { median: (at(Math.floor(last / 2)) + at(Math.ceil(last / 2))) / 2, min: at(0), max: at(last) };
}
