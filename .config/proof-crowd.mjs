import { seededRandom } from '../fixtures/generator/random.mjs';

const users = 120_000;
/** Enough for a self-test, which judges the log anew for each guardrail. */
const fewUsers = 6000;
const days = 4;
const first = Date.parse('2026-11-01T00:00:00.000Z');
const locales = ['en-US', 'de-DE', 'fr-FR'];

/**
 * Two logs of 120,000 users each, of a model that says `fraud` or `legit` with a score, and their plans: one with both
 * versions' outcomes of each request, one that a router split. Together their guardrails name every family of metrics
 * that recorded answers of a classification can have, and `latency` of each kind.
 *
 * @returns {Map<string, string>} the text of each file by its name
 */
export function crowdFiles() {
  const random = seededRandom(29);
  const pairs = [];
  const split = [];
  for (let user = 0; user < users; user += 1) {
    const truth = random.chance(0.2) ? 'fraud' : 'legit';
    const record = {
      request_id: `r${user}`,
      user_id: `u${user - (user % 7 === 0 && user > 0 ? 1 : 0)}`,
      timestamp: new Date(first + Math.floor((user / users) * days * 86_400_000)).toISOString(),
      input: `payment ${user}`,
      label: random.chance(0.95) ? truth : null,
      context: { locale: random.pick(locales) },
      revenue: Math.round(1000 * random.uniform()) / 10,
    };
    const difficulty = random.normal();
    const before = outcome(random, truth, 40, difficulty);
    const after = outcome(random, truth, 39, difficulty);
    pairs.push(JSON.stringify({ ...record, outcomes: { '1.0.0': before, '1.1.0': after } }));
    const served = user % 2 === 0 ? '1.0.0' : '1.1.0';
    split.push(JSON.stringify({ ...record, version: served, ...(served === '1.0.0' ? before : after) }));
  }
  return new Map([
    ['pairs.jsonl', `${pairs.join('\n')}\n`],
    ['split.jsonl', `${split.join('\n')}\n`],
    ['some.jsonl', `${pairs.slice(0, fewUsers).join('\n')}\n`],
    [
      'recorded.yaml',
      planOf('recorded', '{ source: pairs.jsonl, segments: { locale: context.locale } }', pairedGuardrails),
    ],
    ['planted.yaml', planOf('planted', '{ source: some.jsonl, segments: { locale: context.locale } }', bothGuardrails)],
    [
      'live.yaml',
      planOf(
        'live',
        '{ source: split.jsonl, fields: { servedBy: version }, segments: { locale: context.locale } }',
        servedGuardrails,
      ),
    ],
    ['payments.json', JSON.stringify(registry, null, 2)],
  ]);
}

function outcome(random, truth, pace, difficulty) {
  const latency_ms = Math.round(10 * pace * Math.exp(0.4 * random.normal() + 0.2 * difficulty)) / 10;
  if (random.chance(0.004)) return { latency_ms, error: random.chance(0.5) ? 'timeout' : 'unavailable' };
  const logit = (truth === 'fraud' ? 1.2 : -1.2) + 0.9 * difficulty + 0.4 * random.normal();
  const score = Math.round(1e6 / (1 + Math.exp(-logit))) / 1e6;
  return {
    latency_ms,
    prediction: { label: score >= 0.5 ? 'fraud' : 'legit', scores: { legit: 1 - score, fraud: score } },
  };
}

const bothGuardrails = [
  '{ metric: latency.p50, maxIncrease: 10% }',
  '{ metric: latency.p95, max: 200ms, maxIncrease: 10% }',
  '{ metric: latency.mean, maxIncrease: 5ms }',
  '{ metric: error_rate, max: 2%, maxIncrease: 0.5pp }',
  '{ metric: accuracy, maxDecrease: 1pp, segments: [locale] }',
  '{ metric: precision(fraud), maxDecrease: 2pp }',
  '{ metric: recall(fraud), maxDecrease: 2pp }',
  '{ metric: fpr, maxIncrease: 1pp }',
  '{ metric: macro_f1, maxDecrease: 2pp }',
  '{ metric: log_loss, maxIncrease: 0.05 }',
  '{ metric: auc, maxDecrease: 1pp }',
  '{ metric: pr_auc, maxDecrease: 3pp }',
  '{ metric: recall_at_alerts(5%), maxDecrease: 5pp }',
  '{ metric: decision_cost, maxIncrease: 0.5 }',
];
const pairedGuardrails = [...bothGuardrails, '{ metric: agreement, min: 70% }'];
const servedGuardrails = [...bothGuardrails, '{ metric: kpi.revenue, maxDecrease: 5% }'];

function planOf(name, requests, guardrails) {
  return `apiVersion: canary/v1
kind: RolloutPlan
name: ${name}
model: payments
registry: .
baseline: stable
candidate: 1.1.0
requests: ${requests}
assignment: { salt: crowd }
decisionCost: { falsePositive: 1, falseNegative: 10 }
stages:
  - { name: half, weight: 50% }
  - { name: full, weight: 1 }
guardrails:
${guardrails.map((each) => `  - ${each}\n`).join('')}judge: all
replay: { latency: recorded }
`;
}

const version = {
  createdAt: '2026-10-01T00:00:00.000Z',
  artifact: { runtime: 'recorded' },
  signature: { output: { kind: 'classification', labels: ['legit', 'fraud'] } },
};
const registry = {
  schemaVersion: 1,
  model: 'payments',
  revision: 0,
  aliases: { stable: '1.0.0' },
  traffic: { '1.0.0': 0.5, '1.1.0': 0.5 },
  versions: { '1.0.0': { ...version, status: 'stable' }, '1.1.0': { ...version, status: 'canary' } },
  rollouts: {},
  history: [],
};
