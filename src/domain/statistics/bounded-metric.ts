import type { Metric } from '../metric.ts';

/** A mean of which no request counts for more than the cap. */
export type CappedMetric = Extract<Metric, { readonly cap?: number }> & { readonly cap: number };

/** The mean of the smaller of a value and the cap, in the metric's unit: another number than without, and so by another name. */
export function cappedMetric(metric: Extract<Metric, { readonly cap?: number }>, cap: number): CappedMetric {
  return { ...metric, id: `${metric.id}${capWords}${cap}${metric.family === 'latency' ? ' ms' : ''}`, cap };
}

const capWords = ' capped at ';

const triggerWords = { user: ' from the first differing answer on', request: ' where answers differ' } as const;

/** A business metric that is compared where the versions' answers differ: it is estimated otherwise, and so goes by another name. */
export function triggeredMetric(metric: Extract<Metric, { readonly family: 'kpi' }>, trigger: Trigger): Metric {
  return { ...metric, id: `${metric.id}${triggerWords[trigger]}`, trigger };
}

export type TriggeredMetric = Extract<Metric, { readonly family: 'kpi' }> & { readonly trigger: Trigger };

/** On which requests a metric is compared: from each user's first differing answer on, or those alone on which the answers differ. */
export type Trigger = keyof typeof triggerWords;

export function isTriggered(metric: Metric): metric is TriggeredMetric {
  return metric.family === 'kpi' && metric.trigger !== undefined;
}

/** Of metrics with a trigger also what they are over all requests, each once: their share of it is what counts. */
export function withUntriggered(metrics: readonly Metric[]): readonly Metric[] {
  const whole = metrics.filter(isTriggered).map(untriggered);
  return [...new Map([...metrics, ...whole].map((metric) => [metric.id, metric])).values()];
}

/** The same over all requests. */
export function untriggered({ trigger, ...metric }: Extract<Metric, { readonly family: 'kpi' }>): Metric {
  return trigger === undefined ? metric : { ...metric, id: metric.id.replace(triggerWords[trigger], '') };
}

/** A metric as a further source tells it: another number than that of the log, and so by another name. */
export function sourcedMetric(metric: Metric, source: string | undefined): Metric {
  return source === undefined ? metric : { ...metric, id: `${metric.id} from ${source}` };
}

/** The metric's name in a plan, without what its guardrail says of a cap, a trigger or a source. */
export function nameInPlan(id: string): string {
  const named = id.replace(/ from [a-z][a-z0-9-]*$/u, '');
  return [capWords, ...Object.values(triggerWords)].reduce((name, words) => name.split(words)[0] ?? name, named);
}
