/**
 * Turns a question into the numbers that the classifiers of this folder read: words and pairs of neighbours, counted in
 * hashed slots with a sign, so that two that share a slot cancel out on average instead of adding up.
 *
 * Weinberger et al. 2009, Feature Hashing for Large Scale Multitask Learning.
 */

/** Length of an encoded question. */
export const slots = 512;

/** A pair says more than each of its words, but is seen too rarely to be trusted as much. */
const pairWeight = 0.7;

/**
 * @param {string} question
 * @returns {Float32Array} `slots` numbers of Euclidean length 1, or all 0 for a question without words
 */
export function encode(question) {
  const sums = new Float32Array(slots);
  const words = question.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  for (const [index, word] of words.entries()) {
    add(sums, word, 1);
    if (index > 0) add(sums, `${words[index - 1]} ${word}`, pairWeight);
  }
  const length = Math.hypot(...sums);
  return length === 0 ? sums : sums.map((sum) => sum / length);
}

/**
 * @param {Float32Array} sums
 * @param {string} text
 * @param {number} weight
 */
function add(sums, text, weight) {
  const hash = hashOf(text);
  sums[(hash >>> 1) % slots] += hash % 2 === 0 ? weight : -weight;
}

/**
 * FNV-1a over UTF-16 code units, then mixed once more because its low bits alone are uneven for short text.
 *
 * @param {string} text
 * @returns {number} a whole number in [0, 2^32)
 */
function hashOf(text) {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
