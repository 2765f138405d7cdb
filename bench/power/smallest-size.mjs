/** The fewest requests that a stage is judged on unless the plan says otherwise. */
export const LEAST_REQUESTS = 100;
const MOST_REQUESTS = 300_000;
const STEPS_PER_DECADE = 24;
const STEPS_PER_DOUBLING = 7;

/** Log sizes in steps of about 10%, of two digits. @param {number} step */
function sizeAt(step) {
  const [digits, exponent] = (LEAST_REQUESTS * 10 ** (step / STEPS_PER_DECADE)).toExponential(1).split('e');
  return Math.round(Number(digits) * 10 ** Number(exponent));
}

const LAST_STEP = Math.floor(STEPS_PER_DECADE * Math.log10(MOST_REQUESTS / LEAST_REQUESTS));

/**
 * The smallest log size that is large enough, found by doubling and then halving the gap.
 *
 * @param {(requests: number, isGuess: boolean) => Promise<boolean>} isEnough false up to some size, true from there on; a guess may be cheap and wrong
 * @param {number} from a size to start at
 * @returns {Promise<number | undefined>} undefined where 300,000 requests are not enough
 */
export async function smallestSize(isEnough, from = LEAST_REQUESTS) {
  const first = Math.max(0, Math.round(STEPS_PER_DECADE * Math.log10(from / LEAST_REQUESTS)));
  let high = first;
  while (high < LAST_STEP && !(await isEnough(sizeAt(high), true)))
    high = Math.min(LAST_STEP, high + STEPS_PER_DOUBLING);
  // The guess may have been wrong in either direction.
  while (!(await isEnough(sizeAt(high), false))) {
    if (high === LAST_STEP) return undefined;
    high = Math.min(LAST_STEP, high + STEPS_PER_DOUBLING);
  }
  let low = Math.max(first - 1, high - 2 * STEPS_PER_DOUBLING);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (await isEnough(sizeAt(middle), false)) high = middle;
    else low = middle;
  }
  return sizeAt(high);
}
