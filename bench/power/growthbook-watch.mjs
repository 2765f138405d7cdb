import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { harmfulEnd } from '../../dist/modules/domain/bound.js';
import { parseMetric } from '../../dist/modules/domain/metric.js';
import { normalUpperQuantile } from '../../dist/modules/stats/distributions.js';
import { arrivalNumbers, unitSums } from './growing-measure.mjs';
import { GrowingSample } from './quantiles.mjs';

/** The virtual environment that `.ci/run` makes from `test/python/requirements.txt`. */
const python = fileURLToPath(new URL('../../test/python/.venv/bin/python', import.meta.url));
const program = fileURLToPath(new URL('growthbook.py', import.meta.url));

/** GrowthBook's engine in a process of Python, which answers one query after the other. */
export class GrowthBook {
  #process = spawn(python, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
  #answers = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();

  /** Whether its virtual environment is there. */
  static get isInstalled() {
    return existsSync(python);
  }

  /** @param {object} query @returns {Promise<boolean>} whether the candidate is significantly worse */
  async isWorse(query) {
    this.#process.stdin.write(`${JSON.stringify(query)}\n`);
    const { value, done } = await this.#answers.next();
    if (done) throw new Error('the engine of GrowthBook ended; is test/python/.venv what its requirements.txt says?');
    return value === '1';
  }

  stop() {
    this.#process.stdin.end();
  }
}

/**
 * GrowthBook's engine on what each user adds up to, as its queries give it.
 *
 * @param {GrowthBook} engine
 * @param {'t' | 'sequential' | 'bayesian'} test
 * @returns {import('./methods.mjs').Watch}
 */
export function growthBookWatch(engine, test) {
  return (harm, log, values, arms) => {
    const metric = parseMetric(harm.metric);
    const armOf =
      metric.statistic === 'quantile'
        ? (/** @type {'baseline' | 'candidate'} */ role) =>
            quantileArm(log, values[role], arms[role], metric.probability)
        : (/** @type {'baseline' | 'candidate'} */ role) => meanArm(log, values[role], arms[role]);
    const [control, experiment] = [armOf('baseline'), armOf('candidate')];
    const end = harmfulEnd(harm.bound.kind);
    return async (minutes) => {
      const until = log.until[minutes - 1];
      const sides = { control: control(until), experiment: experiment(until) };
      if (sides.control.users < 2 || sides.experiment.users < 2) return false;
      return await engine.isWorse({ test, harmfulEnd: end, ...sides });
    };
  };
}

/**
 * @param {import('./traffic.mjs').Log} log
 * @param {Float64Array} values
 * @param {(request: number) => boolean} counts
 */
function meanArm(log, values, counts) {
  const sums = unitSums(log, values, counts);
  return (/** @type {number} */ until) => totalsOf(sums(until));
}

/**
 * @param {import('./traffic.mjs').Log} log
 * @param {Float64Array} values
 * @param {(request: number) => boolean} counts
 * @param {number} probability
 */
function quantileArm(log, values, counts, probability) {
  const unitOf = arrivalNumbers(log, counts);
  const sums = unitSums(log, values, counts);
  const sample = new GrowingSample();
  let from = 0;
  return (/** @type {number} */ until) => {
    sample.add(values.slice(from, until).filter((_, index) => unitOf[from + index] >= 0));
    from = until;
    const quantile = sample.quantile(probability);
    const { requests } = sums(until);
    const atMost = new Float64Array(requests.length);
    for (let request = 0; request < until; request += 1) {
      if (unitOf[request] >= 0 && values[request] <= quantile) atMost[unitOf[request]] += 1;
    }
    const totals = totalsOf({ requests, sum: atMost });
    const reach = normalUpperQuantile(0.025) * Math.sqrt((probability * (1 - probability)) / totals.requests);
    const lower = sample.quantile(Math.max(0, probability - reach));
    const upper = sample.quantile(Math.min(1, probability + reach));
    return { ...totals, probability, quantile, lower, upper };
  };
}

/** What GrowthBook's queries add up. @param {import('../../src/stats/sums/sample.ts').Sample} sample */
function totalsOf({ requests, sum }) {
  const totals = { users: requests.length, sum: 0, sumSquares: 0, requests: 0, requestsSquares: 0, products: 0 };
  for (const [user, count] of requests.entries()) {
    const own = sum[user];
    totals.sum += own;
    totals.sumSquares += own * own;
    totals.requests += count;
    totals.requestsSquares += count * count;
    totals.products += own * count;
  }
  return totals;
}
