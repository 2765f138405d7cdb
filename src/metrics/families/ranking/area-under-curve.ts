import { effectiveUnits } from '../../../stats/sums/cluster-size.ts';
import { ofScored } from '../../table/positives.ts';
import type { GroupMetric } from '../../table/group-metric.ts';
import { RankedPairs } from './ranked-pairs.ts';

/**
 * Area under the ROC curve of a binary classification: the chance that a request of the positive label has a higher score than one of
 * the negative label, a tie counting half (Hanley and McNeil 1982, The meaning and use of the area under a ROC curve).
 * Positives and negatives are two sides of a comparison: the effective units are those of the kind that the fewest units have.
 * DuckDB sorts the scores and spills where they are many; here they pass once, and 50 counts stay.
 */
export const areaUnderCurve: GroupMetric = {
  ...ofScored,
  async compute({ db, name }, role, condition) {
    const pairs = new RankedPairs();
    const kinds = await db.columns(
      `SELECT is_positive::INTEGER AS positive, sum(own)::DOUBLE AS requests, sum(own * own)::DOUBLE AS squares FROM
         (SELECT is_positive, count(*) AS own FROM ${name} WHERE ${condition} GROUP BY is_positive, unit_index)
       GROUP BY is_positive`,
    );
    const [requests, squares] = [kinds.numbers('requests'), kinds.numbers('squares')];
    pairs.expectPositives(requests[kinds.numbers('positive').indexOf(1)] ?? 0);
    const ranked = `SELECT ${role}_positive_score AS score, jackknife_group AS unit_group, is_positive::INTEGER AS positive
      FROM ${name} WHERE ${condition} ORDER BY score`;
    for await (const rows of db.stream(ranked)) {
      pairs.addInOrder(rows.numbers('score'), rows.numbers('unit_group'), rows.numbers('positive'));
    }
    const ofEach = requests.map((sum, kind) => effectiveUnits({ sum, sumOfSquares: squares[kind] ?? Number.NaN }));
    return { ...pairs.areas(), effectiveUnits: Math.min(...ofEach) };
  },
};
