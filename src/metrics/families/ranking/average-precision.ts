import type { GroupMetric } from '../../table/group-metric.ts';
import { ofScored } from '../../table/positives.ts';
import { PrecisionCurve } from './precision-curve.ts';
import { rankedRequests } from './ranked-requests.ts';

/**
 * Area under the precision-recall curve of a binary classification as its average precision, whose positive label is the second of the
 * signature. As with `auc`, the effective units are those of the label that the fewest units have.
 */
export const averagePrecision: GroupMetric = {
  ...ofScored,
  async compute(judged, role, condition) {
    const ranked = await rankedRequests(judged, role, condition);
    const curve = new PrecisionCurve();
    for await (const rows of ranked.inOrder()) {
      curve.addInOrder(rows.numbers('score'), rows.numbers('unit_group'), rows.numbers('positive'));
    }
    return { ...curve.average(ranked.clusterSize), effectiveUnits: ranked.effectiveUnits };
  },
};
