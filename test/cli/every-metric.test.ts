import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Metric, metricTraits } from '../../src/domain/metric.ts';
import { parseEvidence } from '../../src/report/document/parse-evidence.ts';
import type { PlanKeys } from '../fixtures/test-rollout.ts';
import type { GuardrailStatus } from '../../src/domain/evidence.ts';
import { casesOf } from '../fixtures/tiers.ts';
import { run } from './harness.ts';
import { hasSegments, kindsOfLog, type KindOfLog, type KindOfOutput, metricsOf, rolloutOn } from './every-log.ts';

// Three labels have no metric that two have not, so that one log of them does.
const kinds = [
  ...kindsOfLog.flatMap((log) =>
    (['two labels', 'numbers', ...(log === 'pairs' ? (['three labels'] as const) : [])] as const).map(
      (output) => [log, output] as const,
    ),
  ),
  ...casesOf(
    kindsOfLog.flatMap((log) => (['texts', 'rankings'] as const).map((output) => [log, output] as const)),
    4,
  ),
];

/** A bound on the change where there is one, else on the candidate's own value; relative, or of segments, where it is cheap. */
function guardrailOn(metric: Metric, log: KindOfLog): string {
  const { unit, worse, hasBaseline, concern } = metricTraits(metric);
  const [change, own] = {
    ms: ['20ms', '200ms'],
    bytes: ['50MB', '1GB'],
    proportion: ['30pp', '50%'],
    number: ['50%', '20'],
  }[unit];
  const [kind, ownKind] = worse === 'higher' ? ['maxIncrease', 'max'] : ['maxDecrease', 'min'];
  const bounds = hasBaseline ? `${kind}: ${change}` : `${ownKind}: ${own}`;
  return `{ metric: "${metric.id}", ${bounds}${concern === 'errors' ? `, ${ownKind}: ${own}${hasSegments(log) ? ', segments: auto' : ''}` : ''} }`;
}

const free: PlanKeys = {
  scores: '{ helpful: { from: log, range: [0, 1], better: higher } }',
  prices: '{ input: 3, output: 15 }',
};

const costs: Readonly<Record<KindOfOutput, PlanKeys>> = {
  'two labels': { decisionCost: '{ falsePositive: 1, falseNegative: 5 }' },
  'three labels': { decisionCost: '{ a: { b: 1, c: 2 }, b: { a: 1, c: 1 }, c: { a: 3, b: 1 } }' },
  numbers: {},
  texts: free,
  rankings: free,
};

function rolloutWith(log: KindOfLog, output: KindOfOutput, metrics: readonly Metric[]) {
  const guardrails = metrics.map((metric) => guardrailOn(metric, log));
  return rolloutOn(log, output, guardrails, { ...costs[output], replay: '{ latencyRequests: 40 }' });
}

type Call = readonly [args: readonly string[], exitCodes: readonly number[]];

/** What each command may end with; nothing else says that it understood the plan. Outside of the whole each kind of log evaluates, and takes its turn at three of the others. */
function callsOn(log: KindOfLog, turn: number): readonly Call[] {
  const simulated = log === 'aggregates' ? [2] : [0, 3];
  const others: readonly Call[] = [
    [['requests', 'inspect', 'plan.yaml'], [0]],
    [['simulate', 'plan.yaml', '--runs', '1', '--looks', '2'], simulated],
    [['plan', 'plan.yaml'], [0]],
    [['selftest', 'plan.yaml'], simulated],
    [['status', 'plan.yaml'], [0]],
    [['report', 'evidence.json', '--format', 'md'], [0]],
    [['report', 'evidence.json', '--format', 'csv'], [0]],
  ];
  return [
    [
      ['evaluate', 'plan.yaml', '--evidence', 'evidence.json'],
      [0, 3, 4],
    ],
    ...casesOf(others, 3, turn),
  ];
}

/** How a reason says what became of a guardrail. */
function sentenceOf(status: GuardrailStatus): RegExp {
  return status === 'not-applicable' ? / does not apply: \w/u : new RegExp(`allowed: .+: ${status}\\b`, 'u');
}

// Outside of the whole a quarter of the metrics on each kind of log, another one on the next.
describe.each(kinds)('every metric on %s with %s', (log, output) => {
  // Recorded versions have no process whose memory could be known; a replay shows nothing of what users did, and gives other answers than the log's scores are of.
  const possible = metricsOf(output).filter(
    ({ family, id }) =>
      (family !== 'memory' || ['replayed', 'aggregates'].includes(log)) &&
      (family !== 'kpi' || log !== 'replayed') &&
      (id !== 'score.helpful' || ['pairs', 'live split'].includes(log)),
  );
  const turn = kinds.findIndex(([kind, answers]) => kind === log && answers === output);
  const metrics = casesOf(possible, 4, turn);

  test('is understood by every command, and judged or refused in a sentence', async () => {
    const { folder } = rolloutWith(log, output, metrics);
    for (const [args, exitCodes] of callsOn(log, turn)) {
      const { exitCode, stdout, stderr } = await run(args, { cwd: folder });
      expect({ args, exitCode, stderr, isExpected: exitCodes.includes(exitCode ?? -1) }).toMatchObject({
        isExpected: true,
      });
      expect(`${stdout}${stderr}`).not.toMatch(/\bNaN\b|undefined|Infinity|\[object|internal error/u);
      if (exitCode === 2)
        expect(stderr).toContain('A simulation needs requests, but this plan has numbers per version');
    }
    const { guardrails } = parseEvidence(readFileSync(join(folder, 'evidence.json'), 'utf8'), 'evidence.json');
    for (const { id } of metrics) {
      const judged = guardrails.filter(({ metric }) => metric === id);
      expect([id, judged.length > 0]).toEqual([id, true]);
      for (const { reason, status } of judged) expect(reason).toMatch(sentenceOf(status));
    }
  });
});

test('memory of a version that is only recorded is refused with what to write instead', async () => {
  const { folder } = rolloutWith('pairs', 'numbers', metricsOf('numbers'));
  const { exitCode, stderr } = await run(['plan', 'plan.yaml'], { cwd: folder });
  expect(exitCode).toBe(2);
  expect(stderr).toContain(
    'memory.peak needs a process that canary runs, but 1.1.0 has the runtime recorded; leave it out',
  );
});

test('memory alone is nothing that a simulation could draw', async () => {
  const memory = metricsOf('numbers').filter(({ family }) => family === 'memory');
  const { folder } = rolloutWith('replayed', 'numbers', memory);
  const { exitCode, stderr } = await run(['simulate', 'plan.yaml'], { cwd: folder });
  expect(exitCode).toBe(2);
  expect(stderr).toContain('no guardrail of this plan is on their outcomes');
});
