/**
 * Which requests each version answered, of a log in which both could have answered all.
 *
 * @typedef {object} Arms
 * @property {'paired' | 'served'} comparison
 * @property {(request: number) => boolean} baseline
 * @property {(request: number) => boolean} candidate
 */

const everything = () => true;

/** Every request went through both versions. @type {Arms} */
const pairs = { comparison: 'paired', baseline: everything, candidate: everything };

/**
 * How a log's requests are dealt to the two versions.
 *
 * @typedef {object} Routing
 * @property {string} name
 * @property {(random: import('../../fixtures/generator/random.mjs').Random, log: import('./traffic.mjs').Log) => Arms} deal
 */

/** @type {Routing} */
export const inPairs = { name: 'pairs', deal: () => pairs };

/**
 * Users are dealt, so that each always meets the same version.
 *
 * @param {number} share of users for the candidate
 * @returns {Routing}
 */
export function splitByUser(share) {
  return {
    name: splitName(share, 'user'),
    deal: (random, log) => {
      const served = Uint8Array.from({ length: log.users }, () => (random.chance(share) ? 1 : 0));
      return arms((request) => served[log.user[request]] === 1);
    },
  };
}

/**
 * Requests are dealt one by one, as a load balancer without sessions does.
 *
 * @param {number} share of requests for the candidate
 * @returns {Routing}
 */
export function splitByRequest(share) {
  return {
    name: splitName(share, 'request'),
    deal: (random, log) => {
      const served = Uint8Array.from({ length: log.requests }, () => (random.chance(share) ? 1 : 0));
      return arms((request) => served[request] === 1);
    },
  };
}

/** @param {(request: number) => boolean} candidate @returns {Arms} */
function arms(candidate) {
  return { comparison: 'served', candidate, baseline: (request) => !candidate(request) };
}

/** @param {number} share @param {string} dealt */
function splitName(share, dealt) {
  return `${Math.round(100 * share)}/${Math.round(100 * (1 - share))} by ${dealt}`;
}
