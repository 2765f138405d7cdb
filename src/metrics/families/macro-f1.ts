import type { Role } from '../../domain/role.ts';
import type { UnitInfluences } from '../../stats/sums/influence-sums.ts';
import { both, isCounted, untoldAnswer } from '../table/conditions.ts';
import type { InfluenceMetric } from '../table/influence-metric.ts';
import type { JudgedTable } from '../table/judged-table.ts';
import { type LabelCounts, LabelScores } from './label-scores.ts';

/**
 * Unweighted mean over labels of F1 = 2 tp / (answered + true), over the labels that occur as an answer or as the truth (van
 * Rijsbergen 1979, Information Retrieval; the mean is that of scikit-learn's `f1_score(average='macro')`). A request without an answer is a
 * truth that was missed.
 */
export const macroF1: InfluenceMetric = {
  domain: isCounted,
  pairedDomain: both(isCounted),
  unusable: untoldAnswer,
  absent: 'no request has both a true label and an outcome that tells what was answered',
  compute: labelScores,
};

async function labelScores(judged: JudgedTable, role: Role, condition: string): Promise<UnitInfluences> {
  const { db, name } = judged;
  const answer = `${role}_label`;
  const byLabel = (unit: string) =>
    `SELECT ${unit} class, sum(hits)::DOUBLE AS hits, sum(truths)::DOUBLE AS truths, sum(occurrences)::DOUBLE AS occurrences FROM (
       SELECT unit_index, label AS class, count(*) FILTER (WHERE ${answer} = label) AS hits, count(*) AS truths, count(*) AS occurrences
       FROM ${name} WHERE ${condition} GROUP BY ALL
       UNION ALL
       SELECT unit_index, ${answer} AS class, 0 AS hits, 0 AS truths, count(*) AS occurrences
       FROM ${name} WHERE ${condition} AND ${answer} IS NOT NULL GROUP BY ALL)
     GROUP BY ${unit} class ORDER BY ${unit} class`;
  const totals = await db.columns(byLabel(''));
  const names = totals.strings('class').map((label) => label ?? '');
  const counts = names.map((label, row): LabelCounts => ({
    label,
    hits: totals.numbers('hits')[row] ?? 0,
    truths: totals.numbers('truths')[row] ?? 0,
    occurrences: totals.numbers('occurrences')[row] ?? 0,
  }));
  const units = await db.columns(
    `SELECT unit_index, count(*)::DOUBLE AS requests FROM ${name} WHERE ${condition} GROUP BY unit_index ORDER BY unit_index`,
  );
  const scores = new LabelScores(counts, units.numbers('requests'));
  const places = new Map(names.map((label, position) => [label, position]));
  const indexes = units.numbers('unit_index');
  let place = 0;
  // In the order of the units, and of the labels of each, so that the last digits do not depend on how threads share the work.
  for await (const rows of db.stream(byLabel('unit_index,'))) {
    const [unit, hits, occurrences] = ['unit_index', 'hits', 'occurrences'].map((column) => rows.numbers(column));
    for (const [row, label] of rows.strings('class').entries()) {
      while (indexes[place] !== unit?.[row]) place += 1;
      scores.add(place, places.get(label ?? '') ?? 0, hits?.[row] ?? 0, occurrences?.[row] ?? 0);
    }
  }
  return scores.macroF1();
}
