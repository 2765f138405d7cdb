import type {
  CheckResult,
  Comparison,
  Evidence,
  GuardrailResult,
  RegistryChange,
  Verdict,
} from '../../src/domain/evidence.ts';
import type { Style } from '../../src/report/style.ts';

/** A terminal of so many columns, without colour. */
export function columns(count: number): Style {
  return { color: 0, columns: count, unicode: true };
}

const requestFile = {
  path: '../fixtures/requests/2026-11.jsonl',
  bytes: 3_812_345,
  sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  rows: 10_042,
  rejected: { 'missing-unit': 8, unreadable: 4 },
  collapsed: 30,
} as const;

const accuracyByLocale: readonly Comparison[] = [
  ['en-US', 0.9131, 0.9302, 0.0171, 0.0029, 0.0313, 118, 1204],
  ['de-DE', 0.9018, 0.8512, -0.0506, -0.0741, -0.0271, 61, 588],
  ['fr-FR', 0.8944, 0.9031, 0.0087, -0.0112, 0.0286, 40, 402],
  ['ja-JP', 0.8821, 0.8779, -0.0042, -0.0391, 0.0307, 33, 263],
  ['pt-BR', 0.9011, 0.9011, 0, -0.0402, 0.0402, 31, 91],
].map(([locale, baseline, candidate, delta, low, high, units, requests]) => ({
  ...{ metric: 'accuracy', comparison: 'paired', cohort: 'canary', unit: 'proportion' },
  segment: { locale: String(locale) },
  ...{ baseline: Number(baseline), candidate: Number(candidate), delta: Number(delta) },
  ...{ low: Number(low), high: Number(high), units: Number(units), requests: Number(requests) },
}));

const comparisons: readonly Comparison[] = [
  {
    ...{ metric: 'latency.p95', comparison: 'paired', cohort: 'canary', segment: null, unit: 'ms' },
    ...{ baseline: 112.04, candidate: 118.23, delta: 6.19, low: 3.01, high: 9.92, units: 251, requests: 2548 },
  },
  {
    ...{ metric: 'error_rate', comparison: 'paired', cohort: 'canary', segment: null, unit: 'proportion' },
    ...{ baseline: 0.0031, candidate: 0.0027, delta: -0.0004, low: -0.0021, high: 0.0013, units: 251, requests: 2548 },
  },
  {
    ...{ metric: 'accuracy', comparison: 'paired', cohort: 'canary', segment: null, unit: 'proportion' },
    ...{ baseline: 0.9042, candidate: 0.9064, delta: 0.0022, low: -0.0061, high: 0.0105, units: 251, requests: 2548 },
  },
  ...accuracyByLocale,
  {
    ...{ metric: 'accuracy', comparison: 'paired', cohort: 'canary', segment: { locale: 'nl-NL' }, unit: 'proportion' },
    ...{ baseline: 1, candidate: 0.75, delta: -0.25, units: 2, requests: 4 },
    note: '2 users are too few for an interval; 30 are needed.',
  },
  {
    ...{ metric: 'latency.p95', comparison: 'served', cohort: 'canary', segment: null, unit: 'ms' },
    ...{ baseline: 111.2, candidate: 118.23, delta: 7.03, low: -12.4, high: 26.4, units: 1003, requests: 10_000 },
  },
  {
    ...{ metric: 'accuracy', comparison: 'served', cohort: 'canary', segment: null, unit: 'proportion' },
    uncomputable: 'No request of the stable cohort has a label.',
  },
];

const judgement = { onBreach: 'rollback', test: 'interval', needed: { units: null, requests: null } } as const;

const guardrails: readonly GuardrailResult[] = [
  {
    ...{
      ...judgement,
      metric: 'latency.p95',
      segment: null,
      unit: 'ms',
      bound: { kind: 'max', value: 120, relative: false },
    },
    ...{ status: 'pass', value: 118.23, low: 117.1, high: 119.96 },
    reason: 'latency.p95 is 118.2 ms, allowed 120 ms: pass.',
  },
  {
    ...{ ...judgement, metric: 'latency.p95', segment: null, unit: 'ms', onBreach: 'hold', test: 'point' },
    ...{ bound: { kind: 'maxIncrease', value: 0.1, relative: true }, status: 'pass', value: 0.0552 },
    reason: 'latency.p95 rises by 5.5%, allowed 10%: pass.',
  },
  {
    ...{ ...judgement, metric: 'error_rate', segment: null, unit: 'proportion', status: 'inconclusive' },
    ...{ bound: { kind: 'max', value: 0.008, relative: false }, value: 0.0027, low: 0.0011, high: 0.0091 },
    ...{ needed: { units: 420, requests: 4260 } },
    reason: 'error_rate is 0.27%, allowed 0.8%: the data leave up to 0.91% possible; about 420 users would decide.',
  },
  {
    ...{ ...judgement, metric: 'accuracy', segment: null, unit: 'proportion', status: 'pass' },
    ...{ bound: { kind: 'maxDecrease', value: 0.01, relative: false }, value: 0.0022, low: -0.0061, high: 0.0105 },
    reason: 'accuracy rises by 0.22 pp, allowed decrease 1 pp: pass.',
  },
  {
    ...{ ...judgement, metric: 'accuracy', segment: { locale: 'de-DE' }, unit: 'proportion', status: 'breach' },
    ...{ bound: { kind: 'maxDecrease', value: 0.01, relative: false }, value: -0.0506, low: -0.0741, high: -0.0271 },
    reason: 'accuracy for locale=de-DE falls by 5.06 pp, allowed decrease 1 pp: breach.',
  },
  {
    ...{ ...judgement, metric: 'accuracy', segment: { locale: 'nl-NL' }, unit: 'proportion', status: 'inconclusive' },
    ...{ bound: { kind: 'maxDecrease', value: 0.01, relative: false }, value: -0.25 },
    reason: 'accuracy for locale=nl-NL rests on 2 users, too few for an interval: inconclusive.',
  },
  {
    ...{ ...judgement, metric: 'agreement', segment: null, unit: 'proportion', status: 'uncomputable' },
    bound: { kind: 'min', value: 0.9, relative: false },
    reason: 'agreement cannot be computed: 1.4.2 gave no prediction.',
  },
];

const checks: readonly CheckResult[] = [
  { name: 'coverage', status: 'hold', detail: 'hour 20 has 11 requests, 30 are needed.' },
  { name: 'rejected-records', status: 'pass', detail: '12 of 10,042 rows were rejected (0.12%), allowed 1%.' },
  { name: 'min-requests', status: 'pass', detail: '2,548 requests, 500 are needed.' },
  { name: 'parity', status: 'warn', detail: 'accuracy of 1.4.2 differs between canary and stable by 2.1 pp.' },
  { name: 'sample-ratio', status: 'not-applicable', detail: 'One cohort is empty at this weight.' },
];

const verdict: Verdict = {
  decision: 'rollback',
  exitCode: 4,
  reasons: ['accuracy for locale=de-DE falls by 5.06 pp, allowed decrease 1 pp: breach.'],
};

const rollback: RegistryChange = {
  action: 'rollback',
  stage: 'canary-25',
  traffic: { '1.4.2': 1, '1.6.0': 0 },
  aliases: { stable: '1.4.2' },
  status: { '1.6.0': 'rolled_back' },
};

/** A rollback that has one of everything: every status, both comparisons, missing numbers, rejects and warnings. */
export const rollbackEvidence: Evidence = {
  schemaVersion: 1,
  createdAt: '2026-11-04T08:00:00.000Z',
  digest: '0'.repeat(64),
  tool: { name: 'canary', version: '0.1.0' },
  plan: { name: 'intent-classifier-1.6.0', sha256: 'a'.repeat(64) },
  stage: { name: 'canary-25', weight: 0.25, look: 3, series: 1 },
  statistics: { confidence: 0.95, inference: 'sequential', tests: 12, plannedUnits: 1000 },
  rollout: { entered: ['shadow', 'canary-5'], traffic: { '1.4.2': 0.95, '1.6.0': 0.05 } },
  inputs: {
    requests: [requestFile],
    baseline: { version: '1.4.2', runtime: 'tfjs', backend: 'wasm', sha256: 'b'.repeat(64) },
    candidate: { version: '1.6.0', runtime: 'tfjs', backend: 'wasm', sha256: 'c'.repeat(64) },
  },
  cohorts: [
    { name: 'canary', units: 251, requests: 2548 },
    { name: 'stable', units: 752, requests: 7452 },
  ],
  outcomes: {
    baseline: { requests: 10_000, errors: { timeout: 28, 'model-error': 3 } },
    candidate: { requests: 10_000, errors: { timeout: 27 } },
  },
  comparisons,
  guardrails,
  checks,
  verdict,
  registryChange: rollback,
};

const passing = guardrails.filter(({ status }) => status === 'pass');

/** The same look, had everything passed. */
export const increaseEvidence: Evidence = {
  ...rollbackEvidence,
  guardrails: passing,
  checks: checks.filter(({ status }) => status === 'pass'),
  verdict: { decision: 'increase', exitCode: 0, reasons: passing.map(({ reason }) => reason) },
  registryChange: {
    action: 'enter',
    stage: 'canary-25',
    traffic: { '1.4.2': 0.75, '1.6.0': 0.25 },
    aliases: { stable: '1.4.2', canary: '1.6.0' },
    status: { '1.6.0': 'canary' },
  },
};

/** A hold of so many segments, none of them decided. */
export function manySegments(count: number): Evidence {
  const names = Array.from({ length: count }, (_, index) => `segment-${index}`);
  const undecided = names.map((locale, index): GuardrailResult => ({
    ...{ ...judgement, metric: 'accuracy', segment: { locale }, unit: 'proportion', status: 'inconclusive' },
    ...{ bound: { kind: 'maxDecrease', value: 0.01, relative: false }, value: -0.001 * index, low: -0.4, high: 0.4 },
    reason: `accuracy for locale=${locale} is undecided.`,
  }));
  return {
    ...rollbackEvidence,
    comparisons: names.map((locale, index) => ({
      ...{ metric: 'accuracy', comparison: 'paired', cohort: 'canary', segment: { locale }, unit: 'proportion' },
      ...{ baseline: 0.9, candidate: 0.9 - 0.001 * index, delta: -0.001 * index },
      ...{ low: -0.02 - 0.001 * index, high: 0.02 - 0.001 * index, units: 40, requests: 400 },
    })),
    guardrails: undecided,
    verdict: { decision: 'hold', exitCode: 3, reasons: undecided.map(({ reason }) => reason) },
    registryChange: { ...rollback, action: 'look', traffic: { '1.4.2': 0.95, '1.6.0': 0.05 } },
  };
}
