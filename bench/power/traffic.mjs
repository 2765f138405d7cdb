const MOST_REQUESTS_PER_USER = 50;
/** Exponent of the Pareto tail of requests per user: the mean is 3.3, and a request's own user sends 16 on average. */
const TAIL = 1.2;
/** Share of a user's requests that fall into one visit. */
const SAME_VISIT = 0.5;

export const MINUTES = 60;

/**
 * A log of one hour of traffic, sorted by the minute.
 *
 * @typedef {object} Log
 * @property {number} requests
 * @property {number} users
 * @property {Int32Array} user the user of each request
 * @property {Int32Array} until requests up to and including each minute
 */

/**
 * Draws who sends a request when: users send 1 to 50 requests with a heavy tail, half of them in one visit and half at any time.
 *
 * @param {import('../../fixtures/generator/random.mjs').Random} random
 * @param {number} requests
 * @returns {Log}
 */
export function drawLog(random, requests) {
  const userOf = new Int32Array(requests);
  const minuteOf = new Int32Array(requests);
  const counts = new Int32Array(MINUTES);
  let users = 0;
  for (let request = 0; request < requests; users += 1) {
    const own = Math.floor((1 - random.uniform()) ** (-1 / TAIL));
    const end = Math.min(requests, request + Math.min(MOST_REQUESTS_PER_USER, own));
    const visit = anyMinute(random);
    for (; request < end; request += 1) {
      const minute = random.chance(SAME_VISIT) ? visit : anyMinute(random);
      userOf[request] = users;
      minuteOf[request] = minute;
      counts[minute] += 1;
    }
  }
  return { requests, users, ...sortedByMinute(userOf, minuteOf, counts) };
}

/** @param {import('../../fixtures/generator/random.mjs').Random} random */
function anyMinute(random) {
  return Math.floor(random.uniform() * MINUTES);
}

/**
 * @param {Int32Array} userOf
 * @param {Int32Array} minuteOf
 * @param {Int32Array} counts
 */
function sortedByMinute(userOf, minuteOf, counts) {
  const until = new Int32Array(MINUTES);
  const next = new Int32Array(MINUTES);
  let total = 0;
  for (const [minute, count] of counts.entries()) {
    next[minute] = total;
    until[minute] = total += count;
  }
  const user = new Int32Array(userOf.length);
  for (const [request, minute] of minuteOf.entries()) user[next[minute]++] = userOf[request];
  return { user, until };
}
