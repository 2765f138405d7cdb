import { guardedMetrics } from '../../domain/judged.ts';
import { countOf, formatQuantity } from '../../domain/format-number.ts';
import { metricTraits } from '../../domain/metric.ts';
import { ToldMeasurer, type RoleNumber } from '../../metrics/told-measurer.ts';
import type { Measurable, RequestsInspection } from '../../report/commands/requests-text.ts';
import { readToldStage } from '../dashboards/read-told.ts';
import { type Rollout, stageOf } from '../rollout/rollout.ts';

/** What numbers per version hold, and on which of the plan's metrics an interval can be put. */
export async function inspectTold(rollout: Rollout, name: string | undefined): Promise<RequestsInspection> {
  const { plan } = rollout;
  const { numbers, files } = await readToldStage(rollout, stageOf(rollout, name));
  const measurer = new ToldMeasurer(numbers);
  const measures: Measurable[] = [];
  for (const metric of guardedMetrics(plan)) {
    const subject = { metric, comparison: 'served', slice: { cohort: 'canary', segment: null } } as const;
    const own = await measurer.measure(subject, 'own');
    const told = numbers.filter((number) => number.metric.id === metric.id && number.segment === null).map(numberText);
    const { id: what } = metric;
    if (own.kind === 'uncomputable') measures.push({ what, can: false, why: own.reason });
    else if (own.kind === 'valueOnly')
      measures.push({ what, can: true, why: `${told.join(', ')}; as a point: ${own.refusal.reason}` });
    else measures.push({ what, can: true, why: `${told.join(', ')}; with an interval` });
  }
  return {
    plan: plan.name,
    format: plan.requests.format,
    files: files.map(({ path, rows, bytes }) => ({ path, rows, bytes })),
    rows: numbers.length,
    accepted: numbers.length,
    collapsed: 0,
    outsideWindow: 0,
    leftOut: 0,
    notes: [],
    rejected: [],
    units: 0,
    segments: [],
    measures,
  };
}

function numberText({ role, metric, value, count, units }: RoleNumber): string {
  const size = [
    ...(count === undefined ? [] : [countOf(count, 'request')]),
    ...(units === undefined ? [] : [countOf(units, 'user')]),
  ];
  return `${role} ${formatQuantity(value, metricTraits(metric).unit)}${size.length === 0 ? '' : ` of ${size.join(' by ')}`}`;
}
