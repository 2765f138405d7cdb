import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Metric, parseMetric } from '../../src/domain/metric.ts';
import { triggeredMetric, untriggered } from '../../src/domain/statistics/bounded-metric.ts';
import { type Database, openDatabase } from '../../src/database/database.ts';
import { TableMeasurer } from '../../src/metrics/measurer.ts';
import { runsOf } from '../fixtures/tiers.ts';
import { TriggeredMeasurer, triggeredIn } from '../../src/metrics/triggered-measurer.ts';

/*
 * Live splits on which the versions answer 5% of the requests differently and users do the same after either answer. The truth is no
 * difference, also where the candidate loses a tenth of its differing requests, which are worth more than others.
 */
const logs = runsOf(120, 20);
const users = 800;

let db: Database;
beforeAll(async () => {
  db = await openDatabase({ tempFolder: mkdtempSync(join(tmpdir(), 'canary-triggered-')), threads: 1 });
});
afterAll(() => db.close());

function uniform(log: number, what: string, of: string): string {
  return `(hash('${log} ${what} ' || ${of}) / 18446744073709551615.0)`;
}

/** @param requests of a user. @param lost share of the candidate's differing requests. @param harm of each of the candidate's differing answers */
async function createLog(log: number, requests: number, lost: number, harm: number): Promise<void> {
  await db.run(`CREATE OR REPLACE TABLE judged AS
    SELECT *, bool_or(answers_differ) OVER (PARTITION BY unit_index ORDER BY request) AS after_difference FROM (
      SELECT *, in_canary AS candidate_present, NOT in_canary AS baseline_present,
        8 * own + 4 * ${uniform(log, 'value', "unit_index || '-' || request")} + CASE WHEN answers_differ THEN 5 ELSE 0 END
          - CASE WHEN answers_differ AND in_canary THEN ${harm} ELSE 0 END AS "kpi:revenue"
      FROM (SELECT user::INTEGER AS unit_index, request, ${uniform(log, 'own', 'user')} AS own, ${uniform(log, 'side', 'user')} < 0.5 AS in_canary,
          ${uniform(log, 'differs', "user || '-' || request")} < 0.05 AS answers_differ
        FROM range(${users}) u(user), range(${requests}) r(request)))
    WHERE NOT (in_canary AND answers_differ AND ${uniform(log, 'lost', "unit_index || '-' || request")} < ${lost})`);
}

async function measured(metric: Metric) {
  const whole = metric.family === 'kpi' ? untriggered(metric) : metric;
  const judged = { db, name: 'judged' };
  const measurer = new TriggeredMeasurer(await TableMeasurer.over(judged, [metric, whole]), triggeredIn(judged));
  const slice = { cohort: 'canary', segment: null } as const;
  const found = await measurer.measure({ metric, comparison: 'served', slice }, 'difference');
  const plain = await measurer.measure({ metric: whole, comparison: 'served', slice }, 'difference');
  if (found.kind !== 'linearized' || plain.kind !== 'linearized') throw new Error('both are measured');
  return { found, plain };
}

const revenue = parseMetric('kpi.revenue');

test.for([
  ['request', 1, 0],
  ['request', 3, 0.1],
  ['user', 3, 0],
  ['user', 3, 0.1],
] as const)(
  'by %s with %d requests a user, of which %d are lost, misses the truth in one of ten',
  async ([trigger, requests, lost]) => {
    if (revenue?.family !== 'kpi') throw new Error('it is a business metric');
    let [missed, data] = [0, 0];
    for (let log = 0; log < logs; log += 1) {
      await createLog(log, requests, lost, 0);
      const { found, plain } = await measured(triggeredMetric(revenue, trigger));
      missed += Number(Math.abs(found.value / found.standardError) > 1.645) / logs;
      data += (found.standardError / plain.standardError) ** 2 / logs;
    }
    expect(missed).toBeLessThan(0.1 + 2.5 * Math.sqrt((0.1 * 0.9) / logs));
    expect(data).toBeLessThan(trigger === 'request' ? 0.15 : 0.5);
  },
);

test('finds what the whole finds', async () => {
  if (revenue?.family !== 'kpi') throw new Error('it is a business metric');
  await createLog(1, 3, 0, 8);
  const { found, plain } = await measured(triggeredMetric(revenue, 'user'));
  expect(Math.abs(found.value + 0.4)).toBeLessThan(3 * found.standardError);
  expect(Math.abs(found.value - plain.value)).toBeLessThan(3 * plain.standardError);
});

test.for(['request', 'user'] as const)(
  'by %s refuses a candidate that loses the requests on which it answers otherwise, which are perhaps the bad ones',
  async (trigger) => {
    if (revenue?.family !== 'kpi') throw new Error('it is a business metric');
    await createLog(1, 3, 0.9, 0);
    const judged = { db, name: 'judged' };
    const metric = triggeredMetric(revenue, trigger);
    const measurer = new TriggeredMeasurer(await TableMeasurer.over(judged, [metric, revenue]), triggeredIn(judged));
    const slice = { cohort: 'canary', segment: null } as const;
    expect(await measurer.measure({ metric, comparison: 'served', slice }, 'difference')).toMatchObject({
      kind: 'uncomputable',
      reason: expect.stringMatching(
        /^the answers differ for \d+ of \d+ users of the candidate and for \d+ of \d+ of the baseline/u,
      ),
    });
  },
);
