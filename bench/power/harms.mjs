/**
 * What a harm is and how both versions answer a log's requests under it.
 *
 * @typedef {object} Harm
 * @property {string} name
 * @property {string} population how the requests are drawn, in words
 * @property {string} metric as a plan names it
 * @property {import('../../src/domain/plan.ts').Bound} bound of the plan-like guardrail
 * @property {{ harmful: number, onBound: number, harmless: number }} truths the candidate's own parameter in each case
 * @property {(random: import('../../fixtures/generator/random.mjs').Random, log: import('./traffic.mjs').Log, candidate: number) => Values} draw
 */

/**
 * Both versions' values, one per request of a log.
 *
 * @typedef {object} Values
 * @property {Float64Array} baseline
 * @property {Float64Array} candidate
 */

const USER_CORRELATION_OF_EVENTS = 0.1;

/** @type {Harm} */
const accuracyLoss = {
  name: 'accuracy falls from 88% to 85%',
  population:
    'Two requests of one user have correlation 0.1. A harmless candidate is right where the baseline is wrong on 1.5% of requests and ' +
    'wrong where it is right on as many (discordant share 3%, correlation 0.86); the harmful one is wrong on 3% more (discordant share 6%, correlation 0.75).',
  metric: 'accuracy',
  bound: { kind: 'maxDecrease', value: 0.01, relative: false },
  truths: { harmful: 0.85, onBound: 0.87, harmless: 0.88 },
  draw: drawEvents({ baselineRate: 0.88, churn: 0.015 }),
};

/** @type {Harm} */
const errorRise = {
  name: 'errors rise from 1% to 2%',
  population:
    'Two requests of one user have correlation 0.1. Half of the baseline’s errors hit both versions (harmless: discordant share 1%, ' +
    'correlation 0.49; harmful: discordant share 2%, correlation 0.34).',
  metric: 'error_rate',
  bound: { kind: 'maxIncrease', value: 0.002, relative: false },
  truths: { harmful: 0.02, onBound: 0.012, harmless: 0.01 },
  draw: drawEvents({ baselineRate: 0.01, churn: 0.005 }),
};

/** Spread of the logarithm of one version's latency, and the share of its variance that is the user's. */
const LATENCY_SPREAD = 0.5;
const USER_SHARE_OF_LATENCY = 0.3;
/** Correlation of the logarithms of the two versions' latencies of one request. */
const LATENCY_PAIRING = 0.8;
const MEDIAN_MS = 40;

/** @type {Harm} */
const latencyRise = {
  name: 'p95 latency rises by 10%',
  population:
    'Lognormal with median 40 ms and a spread of 0.5 of the logarithm, 30% of whose variance is the user’s; the two versions’ logarithms on one request have correlation 0.8.',
  metric: 'latency.p95',
  bound: { kind: 'maxIncrease', value: 0.03, relative: true },
  truths: { harmful: 1.1, onBound: 1.03, harmless: 1 },
  draw: drawLatencies,
};

export const harms = [accuracyLoss, errorRise, latencyRise];

/**
 * Events of 0 and 1. Each request repeats its user's own pair of answers with a probability whose square is the correlation.
 *
 * @param {{ baselineRate: number, churn: number }} options churn: share of requests on which a candidate of the same rate
 * has the event and the baseline has not, and as many the other way round
 * @returns {Harm['draw']}
 */
function drawEvents({ baselineRate, churn }) {
  const repeat = Math.sqrt(USER_CORRELATION_OF_EVENTS);
  return (random, log, candidateRate) => {
    const appears = (churn + Math.max(0, candidateRate - baselineRate)) / (1 - baselineRate);
    const vanishes = (churn + Math.max(0, baselineRate - candidateRate)) / baselineRate;
    // Two bits: the baseline's event and the candidate's.
    const drawPair = () => {
      const event = random.chance(baselineRate);
      return (event ? 2 : 0) + ((event ? !random.chance(vanishes) : random.chance(appears)) ? 1 : 0);
    };
    const own = Uint8Array.from({ length: log.users }, drawPair);
    const values = { baseline: new Float64Array(log.requests), candidate: new Float64Array(log.requests) };
    for (const [request, user] of log.user.entries()) {
      const pair = random.chance(repeat) ? own[user] : drawPair();
      values.baseline[request] = pair >> 1;
      values.candidate[request] = pair & 1;
    }
    return values;
  };
}

/** @type {Harm['draw']} */
function drawLatencies(random, log, ratio) {
  const [users, requests] = [Math.sqrt(USER_SHARE_OF_LATENCY), Math.sqrt(1 - USER_SHARE_OF_LATENCY)];
  const fresh = Math.sqrt(1 - LATENCY_PAIRING ** 2);
  const other = (/** @type {number} */ normal) => LATENCY_PAIRING * normal + fresh * random.normal();
  const ownBaseline = Float64Array.from({ length: log.users }, () => random.normal());
  const ownCandidate = ownBaseline.map(other);
  const values = { baseline: new Float64Array(log.requests), candidate: new Float64Array(log.requests) };
  for (const [request, user] of log.user.entries()) {
    const noise = random.normal();
    const baseline = users * ownBaseline[user] + requests * noise;
    const candidate = users * ownCandidate[user] + requests * other(noise);
    values.baseline[request] = MEDIAN_MS * Math.exp(LATENCY_SPREAD * baseline);
    values.candidate[request] = ratio * MEDIAN_MS * Math.exp(LATENCY_SPREAD * candidate);
  }
  return values;
}
