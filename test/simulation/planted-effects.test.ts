import { describe, expect, test } from 'vitest';
import { metricNames, metricTraits, parseMetric } from '../../src/domain/metric.ts';
import { prepareFolder, workFolder, withDatabase } from '../../src/gate/rollout/work-folder.ts';
import { openRollout } from '../../src/gate/rollout/rollout.ts';
import { openSimulatedLog, plantEffects, readSimulatedPopulation } from '../../src/gate/simulate/simulated-log.ts';
import { selftest } from '../../src/gate/simulate/selftest.ts';
import { drawRun } from '../../src/simulation/draw.ts';
import { DrawnMeasurer } from '../../src/simulation/drawn-measurer.ts';
import { writeDrawnStage } from '../../src/simulation/drawn-table.ts';
import { readEffect } from '../../src/simulation/effect.ts';
import { casesOf } from '../fixtures/tiers.ts';
import { seededRecords, type SimulatedFolder, simulatedFolder } from './simulated-folder.ts';

/** The metrics of a classification, or of one of two labels, that need nothing of a plan but their name. */
function plainMetrics(answers: 'labels' | 'two labels'): readonly string[] {
  return metricNames.filter((name) => {
    const metric = parseMetric(name);
    if (metric?.family !== name || metric.family === 'decision_cost') return false;
    const traits = metricTraits(metric);
    return traits.answers === answers && traits.hasBaseline;
  });
}

function guardrailOf(name: string): string {
  const { isShare, isWorseHigher } = kindOf(name);
  return `{ metric: ${name}, ${isWorseHigher ? 'maxIncrease' : 'maxDecrease'}: ${isShare ? '3pp' : '10%'} }`;
}

/** An effect that harms. */
function effectOf(name: string): string {
  const { isShare, isWorseHigher } = kindOf(name);
  return `${name}=${isWorseHigher ? '+' : '-'}${isShare ? '5pp' : '20%'}`;
}

function kindOf(name: string) {
  const metric = parseMetric(name);
  if (metric === undefined) throw new Error(`no metric is called ${name}`);
  const { unit, worse } = metricTraits(metric);
  return { isShare: unit === 'proportion', isWorseHigher: worse === 'higher' };
}

const guardrails = [
  ...plainMetrics('labels').map(guardrailOf),
  '{ metric: latency.p90, maxIncrease: 10% }',
  '{ metric: latency.mean, maxIncrease: 5ms }',
  '{ metric: error_rate, maxIncrease: 2pp }',
  '{ metric: precision(refund), maxDecrease: 5pp }',
  '{ metric: "recall(track)", maxDecrease: 5pp }',
  '{ metric: agreement, min: 50% }',
];

const runs = 30;

/** Mean of what simulated logs show of the effect, candidate minus baseline (or of agreement, the candidate's own). */
async function shownMean(
  effect: string,
  { world, folder }: SimulatedFolder,
): Promise<{ readonly shown: number; readonly wanted: number }> {
  const rollout = await openRollout(world, 'plan.yaml');
  await prepareFolder(workFolder(world, folder));
  return await withDatabase(world, workFolder(world, folder), async (db) => {
    const log = await openSimulatedLog(world, rollout, db);
    const read = readEffect(effect, rollout.plan);
    if (!read.ok) throw new Error(read.problem);
    const [planted] = await plantEffects(log, [read.value]);
    if (planted === undefined) throw new Error('nothing was planted');
    const population = await readSimulatedPopulation(log, [planted]);
    const own = read.value.metric.family === 'agreement';
    let sum = 0;
    for (let run = 0; run < runs; run += 1) {
      const draw = drawRun(population, run, { seed: 1, users: 'resampled' });
      const stage = { population, draw, weight: 0, until: Infinity, timed: 1 };
      const measurer = new DrawnMeasurer(stage, log.metrics, () => writeDrawnStage(db, stage));
      const slice = { cohort: 'all', segment: read.value.segment } as const;
      const subject = { metric: read.value.metric, comparison: 'paired', slice } as const;
      const measured = await measurer.measure(subject, own ? 'own' : 'difference');
      if (measured.kind === 'uncomputable') throw new Error(measured.reason);
      sum += measured.value - (own ? planted.from : 0);
    }
    return { shown: sum / runs, wanted: planted.to - planted.from };
  });
}

describe('simulated logs show what was planted', () => {
  test.each(
    casesOf(
      [
        ...plainMetrics('labels').map((name) => [effectOf(name)] as const),
        ['accuracy=+2pp'],
        ['accuracy[locale=de-DE]=-10pp'],
        ['error_rate=+4pp'],
        ['error_rate=-3pp'],
        ['latency.mean=+10ms'],
        ['latency.p90=+20%'],
        ['precision(refund)=-6pp'],
        ['recall(track)=-8pp'],
        ['agreement=-5pp'],
      ],
      4,
    ),
  )('%s', async (effect) => {
    const log = simulatedFolder(seededRecords({ requests: 3000, users: 600, errors: 0.05 }), guardrails);
    const { shown, wanted } = await shownMean(effect, log);
    // A mean of runs is no closer than its own error; half of the effect, or twice, is far outside. Macro F1 is found by search.
    expect(Math.abs(shown / wanted - 1)).toBeLessThan(effect.startsWith('macro_f1') ? 0.3 : 0.15);
  });
});

const rankings = [
  ...plainMetrics('two labels').map(guardrailOf),
  '{ metric: recall_at_alerts(20%), maxDecrease: 3pp }',
  '{ metric: decision_cost, maxIncrease: 1 }',
];

/** A log of two labels with a score. */
function ofTwoLabels(chosen = rankings): SimulatedFolder {
  const labels = ['legit', 'fraud'];
  return simulatedFolder(seededRecords({ requests: 3000, users: 600, errors: 0.05, labels }), chosen, {
    output: { kind: 'classification', labels },
    plan: { judge: 'all', decisionCost: '{ falsePositive: 5, falseNegative: 20 }' },
  });
}

describe('of two labels, simulated logs show what was planted', () => {
  test.each(
    casesOf(
      [
        ...plainMetrics('two labels').map((name) => [effectOf(name)] as const),
        ['fpr=-3pp'],
        ['fpr[locale=de-DE]=+8pp'],
        ['pr_auc=+2pp'],
        ['recall_at_alerts(20%)=-5pp'],
        ['recall_at_alerts(20%)=+1pp'],
        ['decision_cost=+1'],
        ['decision_cost=-0.5'],
        ['decision_cost=+40%'],
      ],
      4,
    ),
  )('%s', async (effect) => {
    const { shown, wanted } = await shownMean(effect, ofTwoLabels());
    expect(Math.abs(shown / wanted - 1)).toBeLessThan(0.3);
  });
});

test.each(casesOf(rankings, 3))('a gross regression of %s is caught', async (guardrail) => {
  const { rows, falseAlarm } = await selftest(ofTwoLabels([guardrail]).world, 'plan.yaml', 1);
  expect(rows).toMatchObject([{ status: 'caught' }]);
  expect(falseAlarm).toBeNull();
});
