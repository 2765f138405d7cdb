import { inPairs, splitByRequest, splitByUser } from './arms.mjs';
import { canaryGuardrail } from './canary-guardrail.mjs';
import { growthBookWatch } from './growthbook-watch.mjs';
import { kayentaWatch } from './kayenta-watch.mjs';
import { MINUTES } from './traffic.mjs';

/**
 * Prepares a method for one log; the answer says whether it alarms when it looks at the log's first minutes.
 *
 * @callback Watch
 * @param {import('./harms.mjs').Harm} harm
 * @param {import('./traffic.mjs').Log} log
 * @param {import('./harms.mjs').Values} values
 * @param {import('./arms.mjs').Arms} arms
 * @returns {(minutes: number) => boolean | Promise<boolean>}
 */

/**
 * @typedef {object} Method
 * @property {string} name
 * @property {import('./arms.mjs').Routing} routing
 * @property {1 | 20} looks at the end, or every three minutes
 * @property {Watch} watch
 * @property {boolean} hasBound whether it is told how much harm is allowed; otherwise it asks for any harm
 * @property {boolean} sizedByData whether it is more data, not a level of its own, that makes its false alarms rare
 */

const evenly = splitByUser(0.5);

const canary = { name: 'canary', watch: canaryGuardrail(), looks: 20, hasBound: true, sizedByData: false };
const fixed = {
  ...canary,
  name: 'canary, `inference: fixed`',
  watch: canaryGuardrail({ inference: 'fixed' }),
  looks: 1,
};
const planned = {
  ...canary,
  name: 'canary, `inference: planned`',
  watch: canaryGuardrail({ inference: 'planned' }),
};
const plannedOnce = { ...planned, name: 'canary, `planned`, `looks: 1`', looks: 1 };
const strictPlanned = {
  ...planned,
  name: 'canary, bound 0, `inference: planned`',
  watch: canaryGuardrail({ inference: 'planned', allowsHarm: false }),
  hasBound: false,
};
// With a bound of zero a guardrail asks what Kayenta's judge does: is the candidate worse at all?
const strict = {
  ...canary,
  name: 'canary, bound 0',
  watch: canaryGuardrail({ allowsHarm: false }),
  hasBound: false,
};
const strictFixed = {
  ...fixed,
  name: 'canary, bound 0, `inference: fixed`',
  watch: canaryGuardrail({ inference: 'fixed', allowsHarm: false }),
  hasBound: false,
};
// The other methods are told of one metric alone, and so is a plan with one guardrail.
const alone = { tests: 1, allowsHarm: false };
const aloneFixed = {
  ...strictFixed,
  name: 'canary, alone, bound 0, `inference: fixed`',
  watch: canaryGuardrail({ ...alone, inference: 'fixed' }),
};
const alonePlanned = {
  ...strictPlanned,
  name: 'canary, alone, bound 0, `inference: planned`',
  watch: canaryGuardrail({ ...alone, inference: 'planned' }),
};
const aloneServed = { ...strict, name: 'canary, alone, bound 0', watch: canaryGuardrail(alone) };
const kayenta = { name: 'Kayenta’s judge', watch: kayentaWatch, hasBound: false, sizedByData: false };
const plain = { name: 'plain threshold', watch: canaryGuardrail({ test: 'point' }), hasBound: true, sizedByData: true };

/** @type {readonly Method[]} */
export const methods = [
  { ...canary, routing: inPairs },
  { ...planned, routing: inPairs },
  { ...plannedOnce, routing: inPairs },
  { ...fixed, routing: inPairs },
  { ...strict, routing: inPairs },
  { ...strictPlanned, routing: inPairs },
  { ...strictFixed, routing: inPairs },
  { ...alonePlanned, routing: inPairs },
  { ...aloneFixed, routing: inPairs },
  { ...canary, routing: evenly },
  { ...aloneServed, routing: evenly },
  { ...alonePlanned, routing: evenly },
  { ...aloneFixed, routing: evenly },
  { ...alonePlanned, routing: splitByRequest(0.5) },
  { ...aloneFixed, routing: splitByRequest(0.5) },
  { ...kayenta, routing: evenly, looks: 1 },
  { ...kayenta, routing: evenly, looks: 20 },
  { ...kayenta, routing: splitByRequest(0.5), looks: 1 },
  { ...kayenta, routing: splitByRequest(0.5), looks: 20 },
  { ...plain, routing: evenly, looks: 1 },
  { ...plain, routing: evenly, looks: 20 },
  { ...plain, routing: inPairs, looks: 1 },
  { ...plain, routing: inPairs, looks: 20 },
];

/** GrowthBook's default, its frequentist engine, and the one that may look again. @param {import('./growthbook-watch.mjs').GrowthBook} engine @returns {readonly Method[]} */
export function growthBookMethods(engine) {
  const growthBook = { routing: evenly, hasBound: false, sizedByData: false };
  return [
    { ...growthBook, name: 'GrowthBook, Bayesian', watch: growthBookWatch(engine, 'bayesian'), looks: 1 },
    { ...growthBook, name: 'GrowthBook, Bayesian', watch: growthBookWatch(engine, 'bayesian'), looks: 20 },
    { ...growthBook, name: 'GrowthBook, frequentist', watch: growthBookWatch(engine, 't'), looks: 1 },
    { ...growthBook, name: 'GrowthBook, sequential', watch: growthBookWatch(engine, 'sequential'), looks: 20 },
  ];
}

/** The minutes after which a method looks. @param {Method} method */
export function lookTimes({ looks }) {
  return Array.from({ length: looks }, (_, look) => ((look + 1) * MINUTES) / looks);
}
