import { ofScored } from '../../table/positives.ts';
import type { InfluenceMetric } from '../../table/influence-metric.ts';
import { PlacementValues } from './placement-values.ts';
import { rankRequests } from './ranked-requests.ts';

/**
 * Area under the ROC curve of a binary classification: the chance that a request of the positive label has a higher score than one of
 * the negative label, a tie counting half (Hanley and McNeil 1982, The meaning and use of the area under a ROC curve).
 */
export const areaUnderCurve: InfluenceMetric = {
  ...ofScored,
  async compute(judged, role, condition) {
    return (await rankRequests(judged, role, condition, (units) => new PlacementValues(units))).area();
  },
};
