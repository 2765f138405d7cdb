import type { InfluenceMetric } from '../../table/influence-metric.ts';
import { ofScored } from '../../table/positives.ts';
import { PrecisionCurve } from './precision-curve.ts';
import { rankRequests } from './ranked-requests.ts';

/** Area under the precision-recall curve of a binary classification as its average precision; the positive label is the signature's second. */
export const averagePrecision: InfluenceMetric = {
  ...ofScored,
  async compute(judged, role, condition) {
    return (await rankRequests(judged, role, condition, (units) => new PrecisionCurve(units))).average();
  },
};
