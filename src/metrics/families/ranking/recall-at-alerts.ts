import type { GroupMetric } from '../../table/group-metric.ts';
import { AlertRecall } from './alert-recall.ts';
import { ofScored } from '../../table/positives.ts';
import { rankedRequests } from './ranked-requests.ts';

/**
 * Recall of the positive label where a fixed share of the scored requests raises an alarm, as a team that can look at so many a day asks.
 * @param rate share of alarms, in (0, 1).
 */
export function recallAtAlerts(rate: number): GroupMetric {
  return {
    ...ofScored,
    async compute(judged, role, condition) {
      const ranked = await rankedRequests(judged, role, condition);
      const recall = new AlertRecall(rate, ranked.byGroup);
      for await (const rows of ranked.inOrder()) {
        recall.addInOrder(rows.numbers('score'), rows.numbers('unit_group'), rows.numbers('positive'));
        if (recall.isDone) break;
      }
      return { ...recall.recall(), effectiveUnits: ranked.effectiveUnits };
    },
  };
}
