import type { InfluenceMetric } from '../../table/influence-metric.ts';
import { AlertRecall } from './alert-recall.ts';
import { ofScored } from '../../table/positives.ts';
import { rankRequests } from './ranked-requests.ts';

/**
 * Recall of the positive label where a fixed share of the scored requests raises an alarm, as a team that can look at so many a day asks.
 * @param rate share of alarms, in (0, 1).
 */
export function recallAtAlerts(rate: number): InfluenceMetric {
  return {
    ...ofScored,
    async compute(judged, role, condition) {
      return (await rankRequests(judged, role, condition, (units) => new AlertRecall(rate, units))).recall();
    },
  };
}
