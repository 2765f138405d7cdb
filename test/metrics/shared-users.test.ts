import { expect, test } from 'vitest';
import { TableMeasurer } from '../../src/metrics/measurer.ts';
import { SharedUsers } from '../../src/metrics/shared-users.ts';
import type { Subject } from '../../src/metrics/table/subject.ts';
import { weightedStrata } from '../../src/stats/estimates/weighted-strata.ts';
import { postStratifiedDifference } from '../stats/in-memory.ts';
import { judgedDatabase, type JudgedRow } from './judged-rows.ts';
import { linearized, metricOf } from './measure.ts';

const users = 200;
const periods = [0, 1, 2];
const metric = metricOf('kpi.revenue');
const subject: Subject = { metric, comparison: 'served', slice: { cohort: 'canary', segment: null } };

/** What a user is worth in a period: mostly what the user is, and a little what the period is. */
function revenueOf(user: number, period: number): number {
  return ((user * 37) % 101) + ((user * 13 + period * 29) % 17);
}

/** Users above some number come in all periods; the others are others in each. */
function rowsOf(loyalFrom: number) {
  return periods.flatMap((period) =>
    Array.from({ length: users }, (_, user) => {
      const isCanary = user % (3 - Math.min(period, 1)) === 0;
      const person = user >= loyalFrom ? user : user + users * (period + 1);
      return { period, person, unit: period * users + user, isCanary, revenue: revenueOf(user, period) };
    }),
  );
}

/** What all periods say, and what adding up each person's moves by hand says. */
async function together(loyalFrom: number) {
  const rows = rowsOf(loyalFrom);
  const outcome = { label: 'yes' };
  const judged = rows.map(({ unit, isCanary, revenue }): JudgedRow => ({
    unit,
    inCanary: isCanary,
    revenue,
    ...(isCanary ? { candidate: outcome } : { baseline: outcome }),
  }));
  const db = await judgedDatabase(judged);
  const persons = rows.map(({ unit, person }) => `(${unit}, ${person})`).join(', ');
  await db.run(`CREATE TABLE whole AS SELECT judged.*, person_hash FROM judged
    JOIN (VALUES ${persons}) AS persons(unit_index, person_hash) USING (unit_index)`);
  const parts = [];
  for (const period of periods) {
    await db.run(`CREATE VIEW part_${period} AS SELECT * FROM whole WHERE unit_index // ${users} = ${period}`);
    const measurer = await TableMeasurer.over({ db, name: `part_${period}` }, [metric]);
    const estimate = linearized(await measurer.measure(subject, 'difference'));
    const units = await measurer.moved(subject);
    if (units === undefined) throw new Error('the mean of a field moves with its units');
    parts.push({ estimate, units, share: 1 / periods.length });
  }
  const tables = periods.map((period) => ({ db, name: `part_${period}` }));
  const shared = new SharedUsers({ db, name: 'whole' }, tables);
  const common = await shared.common(
    parts.map(({ units, share }) => ({ units, weight: { baseline: share, candidate: share } })),
  );
  const numbers = [...new Set(rows.map(({ person }) => person))];
  const side = (isCanary: boolean) => {
    const own = rows.filter((row) => row.isCanary === isCanary);
    return {
      unit: Int32Array.from(own, ({ person }) => numbers.indexOf(person)),
      segment: Int32Array.from(own, ({ period }) => period),
      requests: Float64Array.from(own, () => 1),
      sum: Float64Array.from(own, ({ revenue }) => revenue),
    };
  };
  const byHand = postStratifiedDifference(side(false), side(true), periods.length);
  if (byHand.kind !== 'post-stratified') throw new Error(byHand.reason);
  const alike = await shared.alikeness();
  return {
    byHand: byHand.difference,
    found: weightedStrata(parts, common),
    plain: weightedStrata(parts),
    atMost: weightedStrata(parts, alike),
    alike,
  };
}

test('a user of several periods is one unit of evidence', async () => {
  const { byHand, found, plain, atMost } = await together(0);
  expect(found.value).toBeCloseTo(byHand.value, 9);
  expect(found.standardError / byHand.standardError).toBeCloseTo(1, 2);
  expect(found.skewness).toBeCloseTo(byHand.skewness, 1);
  expect(found.standardError).toBeGreaterThan(1.2 * plain.standardError);
  expect(found.effectiveUnits).toBeLessThan(0.7 * plain.effectiveUnits);
  expect(atMost.standardError).toBeGreaterThan(found.standardError);
});

test('half of the users in several periods have half as much in common', async () => {
  const { byHand, found, plain, alike } = await together(users / 2);
  expect(found.standardError / byHand.standardError).toBeCloseTo(1, 2);
  expect(found.standardError).toBeGreaterThan(plain.standardError);
  expect(alike[1]?.[2]).toBeCloseTo(0.5, 1);
});

test('heavy users who come once do not hide that the others come again', async () => {
  const rows = periods.flatMap((period) =>
    Array.from({ length: users }, (_, user) => {
      const isProgram = user % 5 === 0;
      const person = isProgram ? user + users * (period + 1) : user;
      const unit = period * users + user;
      return Array.from({ length: isProgram ? 30 : 1 }, () => `(${unit}, ${person}, true, ${period})`);
    }),
  );
  const db = await judgedDatabase([]);
  await db.run(
    `CREATE TABLE whole AS SELECT * FROM (VALUES ${rows.flat().join(', ')}) AS rows(unit_index, person_hash, in_canary, period)`,
  );
  for (const period of periods)
    await db.run(`CREATE VIEW part_${period} AS SELECT * FROM whole WHERE period = ${period}`);
  const parts = periods.map((period) => ({ db, name: `part_${period}` }));
  const alike = await new SharedUsers({ db, name: 'whole' }, parts).alikeness();
  expect(alike[0]?.[1]).toBeCloseTo(0.8, 9);
});

test('users who come in one period each have nothing in common', async () => {
  const { found, plain, atMost, alike } = await together(users);
  expect(found).toEqual(plain);
  expect(atMost).toEqual(plain);
  expect(alike).toEqual([
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]);
});
