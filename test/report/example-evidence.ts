import type {
  CheckResult,
  Comparison,
  Evidence,
  GuardrailResult,
  RegistryChange,
  Verdict,
} from '../../src/domain/evidence.ts';
import { confusion, drift, latency } from './example-sections.ts';
import type { Style } from '../../src/report/words/style.ts';

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

type Side = Pick<Comparison, 'metric' | 'comparison' | 'cohort' | 'segment' | 'unit'>;

function side(metric: string, locale: string | null, comparison: Comparison['comparison'] = 'paired'): Side {
  const unit = metric.startsWith('latency') ? 'ms' : 'proportion';
  return { metric, comparison, cohort: 'canary', segment: locale === null ? null : { locale }, unit };
}

/** `values`: baseline, candidate, change, and its two bounds. */
function compared(subject: Side, values: readonly number[], units: number, requests: number): Comparison {
  const [baseline = 0, candidate = 0, delta = 0, low = 0, high = 0] = values;
  return { ...subject, baseline, candidate, delta, low, high, units, requests };
}

const comparisons: readonly Comparison[] = [
  compared(side('latency.p95', null), [112.04, 118.23, 6.19, 3.01, 9.92], 251, 2548),
  compared(side('error_rate', null), [0.0031, 0.0027, -0.0004, -0.0021, 0.0013], 251, 2548),
  compared(side('accuracy', null), [0.9042, 0.9064, 0.0022, -0.0061, 0.0105], 251, 2548),
  compared(side('accuracy', 'en-US'), [0.9131, 0.9302, 0.0171, 0.0029, 0.0313], 118, 1204),
  compared(side('accuracy', 'de-DE'), [0.9018, 0.8512, -0.0506, -0.0741, -0.0271], 61, 588),
  compared(side('accuracy', 'fr-FR'), [0.8944, 0.9031, 0.0087, -0.0112, 0.0286], 40, 402),
  compared(side('accuracy', 'ja-JP'), [0.8821, 0.8779, -0.0042, -0.0391, 0.0307], 33, 263),
  compared(side('accuracy', 'pt-BR'), [0.9011, 0.9011, 0, -0.0402, 0.0402], 31, 91),
  {
    ...side('accuracy', 'nl-NL'),
    baseline: 1,
    candidate: 0.75,
    delta: -0.25,
    units: 2,
    requests: 4,
    note: '2 users are too few for an interval; 30 are needed.',
  },
  { ...compared(side('accuracy', null), [0.9038, 0.9101, 0.0063, 0.0011, 0.0115], 752, 7452), cohort: 'stable' },
  compared(side('latency.p95', null, 'served'), [111.2, 118.23, 7.03, -12.4, 26.4], 1003, 10_000),
  { ...side('accuracy', null, 'served'), uncomputable: 'No request of the stable cohort has a label.' },
];

type Judged = Omit<GuardrailResult, 'onBreach' | 'test' | 'needed' | 'segment'> & Partial<GuardrailResult>;

function guardrail(judged: Judged): GuardrailResult {
  return { onBreach: 'rollback', test: 'interval', segment: null, needed: { units: null, requests: null }, ...judged };
}

const atMostOnePointWorse: Pick<Judged, 'metric' | 'unit' | 'bound'> = {
  metric: 'accuracy',
  unit: 'proportion',
  bound: { kind: 'maxDecrease', value: 0.01, relative: false },
};

const guardrails: readonly GuardrailResult[] = [
  guardrail({
    metric: 'latency.p95',
    unit: 'ms',
    bound: { kind: 'max', value: 120, relative: false },
    status: 'pass',
    value: 118.23,
    low: 117.1,
    high: 119.96,
    reason: 'latency.p95 is 118.2 ms, allowed 120 ms: pass',
  }),
  guardrail({
    metric: 'latency.p95',
    unit: 'ms',
    bound: { kind: 'maxIncrease', value: 0.1, relative: true },
    onBreach: 'hold',
    test: 'point',
    status: 'pass',
    value: 0.0552,
    reason: 'latency.p95 rises by 5.5%, allowed 10%: pass',
  }),
  guardrail({
    metric: 'error_rate',
    unit: 'proportion',
    bound: { kind: 'max', value: 0.008, relative: false },
    status: 'inconclusive',
    value: 0.0027,
    low: 0.0011,
    high: 0.0091,
    needed: { units: 420, requests: 4260 },
    reason: 'error_rate is 0.27%, allowed 0.8%: the data leave up to 0.91% possible; about 420 users would decide',
  }),
  guardrail({
    ...atMostOnePointWorse,
    status: 'pass',
    value: 0.0022,
    low: -0.0061,
    high: 0.0105,
    reason: 'accuracy rises by 0.22 pp, allowed decrease 1 pp: pass',
  }),
  guardrail({
    ...atMostOnePointWorse,
    segment: { locale: 'de-DE' },
    status: 'breach',
    value: -0.0506,
    low: -0.0741,
    high: -0.0271,
    reason: 'accuracy for locale=de-DE falls by 5.06 pp, allowed decrease 1 pp: breach',
  }),
  guardrail({
    ...atMostOnePointWorse,
    segment: { locale: 'nl-NL' },
    status: 'inconclusive',
    value: -0.25,
    reason: 'accuracy for locale=nl-NL rests on 2 users, too few for an interval: inconclusive',
  }),
  guardrail({
    metric: 'agreement',
    unit: 'proportion',
    bound: { kind: 'min', value: 0.9, relative: false },
    status: 'uncomputable',
    reason: 'agreement cannot be computed: 1.4.2 gave no prediction',
  }),
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
  reasons: ['accuracy for locale=de-DE falls by 5.06 pp, allowed decrease 1 pp: breach'],
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
  plan: {
    name: 'intent-classifier-1.6.0',
    sha256: 'a'.repeat(64),
    file: 'intent-classifier-1.6.0.yaml',
    model: 'intent-classifier',
  },
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
    { name: 'all', units: 1003, requests: 10_000 },
  ],
  outcomes: {
    baseline: { requests: 10_000, errors: { timeout: 28, 'model-error': 3 } },
    candidate: { requests: 10_000, errors: { timeout: 27 } },
  },
  comparisons,
  latency,
  confusion,
  drift,
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
  const undecided = names.map((locale, index) =>
    guardrail({
      ...atMostOnePointWorse,
      segment: { locale },
      status: 'inconclusive',
      value: 0 - 0.001 * index,
      low: -0.4,
      high: 0.4,
      reason: `accuracy for locale=${locale} is undecided`,
    }),
  );
  return {
    ...rollbackEvidence,
    comparisons: names.map((locale, index) => {
      const delta = 0 - 0.001 * index;
      return compared(side('accuracy', locale), [0.9, 0.9 + delta, delta, delta - 0.02, delta + 0.02], 40, 400);
    }),
    guardrails: undecided,
    verdict: { decision: 'hold', exitCode: 3, reasons: undecided.map(({ reason }) => reason) },
    registryChange: { ...rollback, action: 'look', traffic: { '1.4.2': 0.95, '1.6.0': 0.05 } },
  };
}
