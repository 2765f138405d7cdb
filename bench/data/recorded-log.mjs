import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { seededRandom } from '../../fixtures/generator/random.mjs';
import { fixtureModel, fixtureRequests } from './fixture-models.mjs';

const REQUESTS_PER_USER = 10;
/** Spread of the logarithm of requests per user: the heaviest tenth of the users send four tenths of the requests. */
const ACTIVITY_SPREAD = 1;
const DAYS = 3;
const LINES_PER_WRITE = 1000;
const FIRST = Date.parse('2026-11-01T00:00:00.000Z');

const locales = ['en-US', 'de-DE', 'fr-FR', 'pt-BR', 'es-ES', 'it-IT'];
const localeWeights = [0.4, 0.2, 0.15, 0.1, 0.1, 0.05];
const devices = ['ios', 'android', 'web'];
const deviceWeights = [0.38, 0.4, 0.22];

/**
 * What a log has of whom and of what, where it is not as usual.
 *
 * @typedef {object} LogShape
 * @property {number} [users]
 * @property {number} [locales] each of as many users
 * @property {number} [from] index of the first request, of a log that goes on where one of so many ended
 */

/**
 * Writes a log of requests that two versions answered: the candidate is a little faster, fails as often and is right a
 * little more often. Users are a tenth of the requests and of very unequal activity. The same seed writes the same bytes;
 * a request takes about 370 of them.
 *
 * @param {string} file
 * @param {{ requests: number, seed: number, baseline: string, candidate: string } & LogShape} options
 */
export async function writeRecordedLog(file, options) {
  const sentences = await fixtureRequests();
  const { signature } = await fixtureModel('1.4.2');
  const random = seededRandom(options.seed);
  const lines = recordedLines(random, { ...options, sentences, labels: signature.output.labels });
  await pipeline(Readable.from(lines), createWriteStream(file));
}

/**
 * @param {import('../../fixtures/generator/random.mjs').Random} random
 * @param {{ requests: number, baseline: string, candidate: string, sentences: { input: string, label: string }[], labels: string[] } & LogShape} options
 * @returns {Generator<string>} many lines at a time
 */
function* recordedLines(random, options) {
  const { requests, baseline, candidate, sentences, labels, from = 0 } = options;
  const users = makeUsers(random, options);
  let lines = '';
  for (const [index, user] of senders(random, users, requests).entries()) {
    const { locale, device, slowness } = users[user];
    const { input, label } = random.pick(sentences);
    const latency = 38 * slowness * Math.exp(0.35 * random.normal());
    const isRight = random.chance(0.88);
    const outcome = (/** @type {number} */ milliseconds, /** @type {boolean} */ right) => {
      const latency_ms = Math.round(10 * milliseconds) / 10;
      if (random.chance(0.003)) return { latency_ms, error: random.chance(0.5) ? 'timeout' : 'unavailable' };
      return { latency_ms, prediction: right ? label : random.pick(labels) };
    };
    const record = {
      request_id: `r${String(from + index + 1).padStart(9, '0')}`,
      timestamp: new Date(FIRST + Math.floor(((from + index) / (from + requests)) * DAYS * 86_400_000)).toISOString(),
      user_id: `u${String(user + 1).padStart(7, '0')}`,
      input,
      label,
      context: { locale, device, app_version: `8.${user % 7}.${user % 3}`, channel: 'chat' },
      outcomes: {
        [baseline]: outcome(latency, isRight),
        [candidate]: outcome(0.97 * latency * Math.exp(0.1 * random.normal()), random.chance(isRight ? 0.985 : 0.27)),
      },
    };
    lines += `${JSON.stringify(record)}\n`;
    if (index % LINES_PER_WRITE === LINES_PER_WRITE - 1) {
      yield lines;
      lines = '';
    }
  }
  yield lines;
}

/**
 * @param {import('../../fixtures/generator/random.mjs').Random} random
 * @param {{ requests: number } & LogShape} options
 */
function makeUsers(
  random,
  { requests, from = 0, users = Math.ceil((from + requests) / REQUESTS_PER_USER), locales: many },
) {
  const locale = () =>
    many === undefined ? locales[random.weighted(localeWeights)] : `l${Math.floor(many * random.uniform())}`;
  return Array.from({ length: users }, () => ({
    locale: locale(),
    device: devices[random.weighted(deviceWeights)],
    slowness: Math.exp(0.22 * random.normal()),
    activity: Math.exp(ACTIVITY_SPREAD * random.normal()),
  }));
}

/**
 * @param {import('../../fixtures/generator/random.mjs').Random} random
 * @param {{ activity: number }[]} users
 * @param {number} requests
 * @returns {Int32Array} the user of each request, each drawn in proportion to the user's activity
 */
function senders(random, users, requests) {
  const upTo = new Float64Array(users.length);
  let total = 0;
  for (const [user, { activity }] of users.entries()) upTo[user] = total += activity;
  return Int32Array.from({ length: requests }, () => {
    const point = random.uniform() * total;
    let low = 0;
    let high = users.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((upTo[middle] ?? 0) > point) high = middle;
      else low = middle + 1;
    }
    return low;
  });
}
