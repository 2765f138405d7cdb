import { jackknifeGroups } from '../../stats/estimates/jackknife.ts';
import { errorSize, isNumeric, notNumeric } from './absolute-error.ts';
import { both } from '../table/conditions.ts';
import { exactSumSql, powerOfTwoScale } from '../table/exact-sum.ts';
import type { GroupMetric } from '../table/group-metric.ts';

/** Root of the mean squared error of a regression, in the unit of its labels. */
export const rootMeanSquaredError: GroupMetric = {
  domain: isNumeric,
  pairedDomain: both(isNumeric),
  unusable: notNumeric,
  absent: 'no answered request has a number for an answer and for a label',
  async compute({ db, name }, role, condition) {
    const square = `(${errorSize(role)} ** 2)`;
    const largest = await db.columns(`SELECT max(${square}) AS largest FROM ${name} WHERE ${condition}`);
    const scale = powerOfTwoScale(largest.numbers('largest')[0] ?? Number.NaN);
    const rows = await db.columns(
      `SELECT jackknife_group AS unit_group, count(*)::DOUBLE AS requests, ${exactSumSql(square, scale)} AS squares
       FROM ${name} WHERE ${condition} GROUP BY ALL ORDER BY unit_group`,
    );
    const [groups, requests, squares] = [rows.numbers('unit_group'), rows.numbers('requests'), rows.numbers('squares')];
    const all = { requests: sumOf(requests), squares: sumOf(squares) };
    const value = Math.sqrt(all.squares / all.requests);
    const without = new Float64Array(jackknifeGroups).fill(value);
    for (const [row, group] of groups.entries()) {
      // A difference that should be nothing may round to less.
      const rest = Math.max(0, all.squares - (squares[row] ?? 0));
      without[group] = Math.sqrt(rest / (all.requests - (requests[row] ?? 0)));
    }
    return { value, without, floorVariance: 0 };
  },
};

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
