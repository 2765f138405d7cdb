import { describe, expect, test } from 'vitest';
import type { CohortName, Segment } from '../../src/domain/evidence.ts';
import { prepareFolder, workFolder, withDatabase } from '../../src/gate/rollout/work-folder.ts';
import { openRollout } from '../../src/gate/rollout/rollout.ts';
import { openSimulatedLog, plantEffects, readSimulatedPopulation } from '../../src/gate/simulate/simulated-log.ts';
import type { Measured } from '../../src/metrics/table/estimate.ts';
import { TableMeasurer } from '../../src/metrics/measurer.ts';
import type { TestedQuantity } from '../../src/metrics/table/subject.ts';
import { drawRun } from '../../src/simulation/draw.ts';
import { DrawnMeasurer } from '../../src/simulation/drawn-measurer.ts';
import { writeDrawnStage } from '../../src/simulation/drawn-table.ts';
import { readEffect } from '../../src/simulation/effect.ts';
import { seededRecords, simulatedFolder } from './simulated-folder.ts';
import { casesOf } from '../fixtures/tiers.ts';

const guardrails = [
  '{ metric: latency.p90, maxIncrease: 10% }',
  '{ metric: latency.mean, maxIncrease: 5ms }',
  '{ metric: error_rate, maxIncrease: 2pp }',
  '{ metric: accuracy, maxDecrease: 2pp, segments: [locale] }',
  '{ metric: precision(refund), maxDecrease: 5pp }',
  '{ metric: "recall(track)", maxDecrease: 5pp }',
  '{ metric: agreement, min: 50% }',
  '{ metric: macro_f1, maxDecrease: 5pp }',
  '{ metric: kpi.revenue, maxDecrease: 5% }',
];

const quantities: readonly TestedQuantity[] = ['own', 'difference', 'relative'];
const cohorts: readonly CohortName[] = ['canary', 'stable', 'all'];
const segments: readonly Segment[] = [null, { locale: 'de-DE' }, { locale: 'nowhere' }];

async function bothWays(outcomes: 'paired' | 'served', effects: readonly string[]) {
  const { world, folder } = simulatedFolder(seededRecords({ requests: 1500, users: 200, outcomes }), guardrails);
  const rollout = await openRollout(world, 'plan.yaml');
  await prepareFolder(workFolder(world, folder));
  return await withDatabase(world, workFolder(world, folder), async (db) => {
    const log = await openSimulatedLog(world, rollout, db);
    const read = effects.map((effect) => readEffect(effect, rollout.plan));
    const planted = await plantEffects(
      log,
      read.map((each) => (each.ok ? each.value : expect.fail(each.problem))),
    );
    const population = await readSimulatedPopulation(log, planted);
    const draw = drawRun(population, 3, { seed: 1, users: 'resampled' });
    const results: (readonly [string, Measured, Measured])[] = [];
    // The second look goes on where the first one was.
    for (const share of [0.4, 1]) {
      const until = Math.min(...population.times) + share * 3 * 86_400_000;
      const stage = { population, draw, weight: 0.3, until, timed: 1 };
      const table = await writeDrawnStage(db, stage);
      const drawn = new DrawnMeasurer(stage, log.metrics, async () => table);
      const judged = await TableMeasurer.over(table, log.metrics);
      for (const metric of log.metrics) {
        for (const quantity of quantities) {
          for (const cohort of cohorts) {
            for (const segment of segments) {
              const subject = { metric, comparison: outcomes, slice: { cohort, segment } } as const;
              const name = `${metric.id} ${quantity} ${cohort} ${JSON.stringify(segment)} at ${share}`;
              results.push([name, await drawn.measure(subject, quantity), await judged.measure(subject, quantity)]);
            }
          }
        }
      }
    }
    return results;
  });
}

describe('a simulated log is measured as a table with the same requests is', () => {
  const logs = [
    ['pairs', 'paired', []],
    ['a live split with effects', 'served', ['accuracy=-5pp', 'kpi.revenue=-10%']],
    ['pairs with effects', 'paired', ['accuracy=-5pp', 'error_rate=+3pp', 'latency.mean=+20%']],
    ['a live split', 'served', []],
  ] as const;
  test.each(casesOf(logs, 2, 1))('%s', async (_, outcomes, effects) => {
    const results = await bothWays(outcomes, effects);
    expect(results).toHaveLength(2 * 9 * 3 * 3 * 3);
    for (const [name, drawn, judged] of results)
      expect({ name, measured: close(drawn) }).toEqual({ name, measured: close(judged) });
    const computed = results.filter(([, drawn]) => drawn.kind === 'linearized');
    expect(computed.length).toBeGreaterThan(50);
  });
});

/**
 * Numbers to 9 digits: units come in another order, and so do roundings. Skewnesses to 6: what a unit moves a ratio of latencies by is a whole number of
 * nanoseconds in a table.
 */
function close(measured: Measured): unknown {
  return JSON.parse(
    JSON.stringify(measured, (key, value: unknown) => {
      if (typeof value !== 'number' || value === 0) return value;
      // Skewness is a small difference of large cubes.
      if (key === 'skewness') return Number(value.toFixed(6));
      return Math.abs(value) < 1e-12 ? 0 : Number(value.toPrecision(9));
    }),
  );
}
