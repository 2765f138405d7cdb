import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { compare } from './measure/compare.mjs';
import { runMeasured } from './measure/run-measured.mjs';

const canary = fileURLToPath(new URL('../bin/canary.js', import.meta.url));
const scoreBare = fileURLToPath(new URL('programs/score-bare.mjs', import.meta.url));
const verdicts = [0, 3, 4];
const BASELINE = '1.0.0';
const CANDIDATE = '1.1.0';
const judgedRequests = 20_000;
const scoredRequests = 800;
const scorerMs = 50;

/**
 * Judging scores against judging labels, and eight scorers that take their time against eight without canary.
 *
 * @param {{ pairs: number }} options
 * @returns {Promise<import('./measure/compare.mjs').Comparison[]>}
 */
export async function scores({ pairs }) {
  const folder = mkdtempSync(join(tmpdir(), 'canary-scores-'));
  try {
    return [await judging(folder, pairs), await scoring(folder, pairs)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} folder @param {number} pairs */
function judging(folder, pairs) {
  const judge = rollout(join(folder, 'judge'), {
    output: { kind: 'text' },
    requests: judgedRequests,
    outcome: (index, isNew) => ({
      prediction: { text: `answer ${index % 90}` },
      scores: { helpful: ((index * 37) % 101) / 101 - (isNew && index % 50 === 0 ? 0.001 : 0) },
    }),
    plan: 'scores: { helpful: { from: log, range: [-1, 1], better: higher } }\nguardrails: [{ metric: score.helpful, maxDecrease: 0.02 }]\n',
  });
  const labels = rollout(join(folder, 'labels'), {
    output: { kind: 'classification', labels: ['refund', 'other', 'parcel'] },
    requests: judgedRequests,
    outcome: (index, isNew) => ({ prediction: { label: isNew && index % 50 === 0 ? 'other' : 'refund' } }),
    plan: 'guardrails: [{ metric: accuracy, maxDecrease: 2pp }]\n',
  });
  const description = {
    name: `judging ${judgedRequests.toLocaleString('en-US')} paired scores`,
    unit: 's',
    reference: 'judging as many labels',
    targets: [{ ratioAtMost: 2 }],
  };
  return compare(description, pairs, { canary: () => evaluate(judge), reference: () => evaluate(labels) });
}

/** @param {string} folder @param {number} pairs */
function scoring(folder, pairs) {
  const scored = rollout(join(folder, 'scored'), {
    output: { kind: 'text' },
    requests: scoredRequests,
    outcome: (index, isNew) => ({ prediction: { text: `${isNew ? 'new' : 'old'} ${index}` } }),
    plan: 'scores: { rubric: { command: [node, score.mjs], range: [0, 1], better: higher, concurrency: 8 } }\nguardrails: [{ metric: score.rubric, maxDecrease: 0.5 }]\n',
  });
  const description = {
    name: `scoring ${2 * scoredRequests} answers at ${scorerMs} ms each with concurrency: 8`,
    unit: 's',
    reference: 'eight such scorers at once without canary, each with an eighth of the lines',
    targets: [{ ratioAtMost: 1.5 }],
  };
  const reference = async () =>
    measurement(await runMeasured([[scoreBare, join(scored, 'score.mjs'), String(2 * scoredRequests)]]));
  return compare(description, pairs, { canary: () => evaluate(scored), reference });
}

const scorer = `import { createInterface } from 'node:readline';
for await (const line of createInterface({ input: process.stdin })) {
  await new Promise((resolve) => setTimeout(resolve, ${scorerMs}));
  console.log(JSON.stringify({ id: JSON.parse(line).id, scores: { rubric: 0.5 } }));
}
`;

/**
 * @param {string} folder
 * @param {{ output: object, requests: number, outcome: (index: number, isNew: boolean) => object, plan: string }} parts
 */
function rollout(folder, { output, requests, outcome, plan }) {
  mkdirSync(join(folder, 'registry'), { recursive: true });
  const version = { artifact: { runtime: 'recorded' }, signature: { output } };
  const registry = {
    schemaVersion: 1,
    model: 'm',
    revision: 0,
    aliases: { stable: BASELINE },
    traffic: { [BASELINE]: 1 },
    versions: {
      [BASELINE]: { ...version, status: 'stable' },
      [CANDIDATE]: { ...version, status: 'registered' },
    },
    rollouts: {},
    history: [],
  };
  const records = Array.from({ length: requests }, (_, index) => ({
    request_id: `r${index}`,
    timestamp: new Date(Date.UTC(2026, 10, 1) + index * 10_000).toISOString(),
    user_id: `u${index % 2000}`,
    input: `question ${index}`,
    label: 'refund',
    outcomes: { [BASELINE]: outcome(index, false), [CANDIDATE]: outcome(index, true) },
  }));
  writeFileSync(join(folder, 'registry/m.json'), JSON.stringify(registry));
  writeFileSync(join(folder, 'score.mjs'), scorer);
  writeFileSync(join(folder, 'log.jsonl'), records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  const head = `apiVersion: canary/v1\nkind: RolloutPlan\nname: scored\nmodel: m\nregistry: registry\nbaseline: stable\ncandidate: ${CANDIDATE}\n`;
  const rest = 'requests: { source: log.jsonl }\nstages: [{ name: shadow, weight: 0 }, { name: full, weight: 1 }]\n';
  writeFileSync(join(folder, 'plan.yaml'), `${head}${rest}${plan}`);
  return folder;
}

/** @param {string} folder */
async function evaluate(folder) {
  rmSync(join(folder, '.canary'), { recursive: true, force: true });
  const plan = join(folder, 'plan.yaml');
  return measurement(await runMeasured([[canary, 'evaluate', plan, '--quiet']], verdicts));
}

/** @param {import('./measure/run-measured.mjs').Run} run */
function measurement({ seconds, peakBytes, processorSeconds }) {
  return { value: seconds, peakBytes, processorSeconds };
}
