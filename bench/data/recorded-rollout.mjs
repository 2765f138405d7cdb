import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { fixtureModel } from './fixture-models.mjs';
import { writeRecordedLog } from './recorded-log.mjs';

export const BASELINE = '1.4.2';
export const CANDIDATE = '1.5.0';

/**
 * Writes a rollout of two versions whose outcomes are in the log: `plan.yaml`, `registry/` and `requests.jsonl`.
 *
 * @param {string} folder
 * @param {number} requests
 * @param {import('./recorded-log.mjs').LogShape & { guardrails?: readonly string[] }} [shape] the plan's usual guardrails where it names none
 * @returns {Promise<{ plan: string, log: string }>} paths
 */
export async function writeRecordedRollout(folder, requests, { guardrails = usualGuardrails, ...shape } = {}) {
  const log = path.join(folder, 'requests.jsonl');
  const plan = path.join(folder, 'plan.yaml');
  await writeFile(plan, planText(guardrails));
  await mkdir(path.join(folder, 'registry'));
  await writeFile(path.join(folder, 'registry', 'intent-classifier.json'), JSON.stringify(await registry(), null, 2));
  await writeRecordedLog(log, { requests, seed: 11, baseline: BASELINE, candidate: CANDIDATE, ...shape });
  return { plan, log };
}

const usualGuardrails = [
  '{ metric: latency.p95, max: 120ms, maxIncrease: 10% }',
  '{ metric: latency.mean, maxIncrease: 5ms }',
  '{ metric: error_rate, max: 0.8%, maxIncrease: 0.2pp }',
  '{ metric: accuracy, maxDecrease: 1pp, segments: [locale] }',
];

/** @param {readonly string[]} guardrails */
const planText = (guardrails) => `\
apiVersion: canary/v1
kind: RolloutPlan
name: recorded
model: intent-classifier
registry: registry
baseline: ${BASELINE}
candidate: ${CANDIDATE}
requests:
  source: requests.jsonl
  segments: { locale: context.locale, device: context.device }
stages:
  - { name: shadow, weight: 0 }
  - { name: full, weight: 1 }
guardrails:
${guardrails.map((guardrail) => `  - ${guardrail}`).join('\n')}
replay: { latency: recorded }
`;

async function registry() {
  const { signature } = await fixtureModel(BASELINE);
  const version = (/** @type {string} */ status) => ({ status, artifact: { runtime: 'recorded' }, signature });
  return {
    schemaVersion: 1,
    model: 'intent-classifier',
    revision: 0,
    aliases: { stable: BASELINE },
    traffic: { [BASELINE]: 1 },
    versions: { [BASELINE]: version('stable'), [CANDIDATE]: version('registered') },
    rollouts: {},
    history: [],
  };
}
