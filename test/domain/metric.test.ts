import { describe, expect, test } from 'vitest';
import { isPerLabel, metricNames, metricTraits, parseMetric } from '../../src/domain/metric.ts';

describe('every name that help lists is read as a metric, which has its family for a name unless its row says otherwise', () => {
  test.each(metricNames.map((name) => [name]))('%s', (name) => {
    const metric = parseMetric(name);
    if (metric === undefined) throw new Error(`parseMetric in src/domain/metric.ts does not read ${name}`);
    // The recall of all labels together is the accuracy, and is listed beside the recall of one.
    const names = isPerLabel(metric) ? ['recall(*)'] : (metricTraits(metric).names ?? [metric.family]);
    expect(names).toContain(name);
  });
});

test.each(['latency', 'memory', 'kpi', 'precision', 'recall', 'recall_at_alerts', 'left_out', 'labelled', 'toString'])(
  'the word %s alone is not a metric, though the table of families has it or an object would',
  (word) => {
    expect(parseMetric(word)).toBeUndefined();
  },
);
