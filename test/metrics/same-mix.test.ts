import { expect, test } from 'vitest';
import { parseMetric } from '../../src/domain/metric.ts';
import { TableMeasurer } from '../../src/metrics/measurer.ts';
import { judgedDatabase, type JudgedRow } from './judged-rows.ts';

const right = { label: 'yes' };
const wrong = { label: 'no' };

/** In each locale the candidate is worse by a tenth, and the canary has more of the easy locale. */
function simpsonRows(): JudgedRow[] {
  const rows: JudgedRow[] = [];
  const add = (inCanary: boolean, locale: string, units: number, rightShare: number) => {
    for (let index = 0; index < units * 10; index += 1) {
      const outcome = index % 10 < rightShare * 10 ? right : wrong;
      const unit = (inCanary ? 0 : 10_000) + (locale === 'easy' ? 0 : 1000) + Math.floor(index / 10);
      const side = inCanary ? { candidate: outcome } : { baseline: outcome };
      rows.push({ unit, inCanary, locale, label: 'yes', ...side });
    }
  };
  add(false, 'easy', 40, 0.9);
  add(false, 'hard', 160, 0.5);
  add(true, 'easy', 80, 0.8);
  add(true, 'hard', 20, 0.4);
  return rows;
}

test('the same mix of segments turns the sign of a served difference that the mix alone made', async () => {
  const accuracy = parseMetric('accuracy');
  if (accuracy === undefined) throw new Error('accuracy is a metric');
  const db = await judgedDatabase(simpsonRows());
  const measurer = await TableMeasurer.over({ db, name: 'judged' }, [accuracy]);
  const subject = {
    metric: accuracy,
    comparison: 'served',
    slice: { cohort: 'canary', segment: null },
  } as const;
  const plain = await measurer.measure(subject, 'difference');
  const stratified = await measurer.postStratified(accuracy, ['locale']);
  if (plain.kind !== 'linearized' || stratified?.kind !== 'post-stratified') throw new Error('both can be computed');
  // 0.8 * 0.8 + 0.2 * 0.4 = 0.72 against 0.2 * 0.9 + 0.8 * 0.5 = 0.58.
  expect(plain.value).toBeCloseTo(0.14, 12);
  expect(stratified.difference.value).toBeCloseTo(-0.1, 12);
  expect(stratified).toMatchObject({ covered: 1, changesSign: true });
});
