import { createHash } from 'node:crypto';

interface Panel {
  readonly title: string;
  readonly type: 'state-timeline' | 'timeseries' | 'stat';
  readonly unit: string;
  readonly width: number;
  readonly targets: readonly (readonly [expression: string, legend: string])[];
}

/** What a dashboard shows of the gauges of a `.prom` report. */
const panels: readonly Panel[] = [
  {
    title: 'Verdict',
    type: 'state-timeline',
    unit: 'none',
    width: 24,
    targets: [['canary_verdict{plan=~"$plan"}', '{{plan}} {{stage}} {{decision}}']],
  },
  {
    title: "The candidate's share",
    type: 'timeseries',
    unit: 'percentunit',
    width: 12,
    targets: [['canary_stage_weight_ratio{plan=~"$plan"}', '{{plan}} {{stage}}']],
  },
  {
    title: 'Looks',
    type: 'stat',
    unit: 'none',
    width: 6,
    targets: [['canary_look{plan=~"$plan"}', '{{plan}} {{stage}}']],
  },
  {
    title: 'Age of the evidence',
    type: 'stat',
    unit: 's',
    width: 6,
    targets: [['time() - canary_evaluation_timestamp_seconds{plan=~"$plan"}', '{{plan}} {{stage}}']],
  },
  {
    title: 'Guardrails: value, interval and limit',
    type: 'timeseries',
    unit: 'none',
    width: 24,
    targets: [
      ['canary_guardrail_value{plan=~"$plan"}', '{{metric}} {{segment}} {{bound}}'],
      ['canary_guardrail_low{plan=~"$plan"}', '{{metric}} {{segment}} {{bound}} low'],
      ['canary_guardrail_high{plan=~"$plan"}', '{{metric}} {{segment}} {{bound}} high'],
      ['canary_guardrail_limit{plan=~"$plan"}', '{{metric}} {{segment}} {{bound}} limit'],
    ],
  },
  {
    title: 'Guardrails: status',
    type: 'state-timeline',
    unit: 'none',
    width: 12,
    targets: [['canary_guardrail_status{plan=~"$plan"} == 1', '{{metric}} {{segment}} {{bound}} {{status}}']],
  },
  {
    title: 'Checks that let the stage begin',
    type: 'state-timeline',
    unit: 'none',
    width: 12,
    targets: [['canary_check_ok{plan=~"$plan"}', '{{check}}']],
  },
  {
    title: 'Drift',
    type: 'timeseries',
    unit: 'none',
    width: 24,
    targets: [['canary_drift_psi{plan=~"$plan"}', '{{field}} {{about}}']],
  },
];

const panelHeight = 8;
const columns = 24;
const datasource = { type: 'prometheus', uid: '${datasource}' };

/** A dashboard of Grafana for the gauges of a rollout's `.prom` reports, as JSON to import or to provision. @param plan its name */
export function grafanaDashboard(plan: string): string {
  let [x, y] = [0, 0];
  const placed = panels.map(({ title, type, unit, width, targets }, index) => {
    if (x + width > columns) [x, y] = [0, y + panelHeight];
    const gridPos = { x, y, w: width, h: panelHeight };
    x += width;
    return {
      id: index + 1,
      title,
      type,
      datasource,
      gridPos,
      fieldConfig: { defaults: { unit }, overrides: [] },
      targets: targets.map(([expr, legendFormat], each) => ({
        refId: String.fromCodePoint('A'.charCodeAt(0) + each),
        datasource,
        expr,
        legendFormat,
      })),
    };
  });
  const dashboard = {
    uid: `canary-${createHash('sha256').update(plan).digest('hex').slice(0, 12)}`,
    title: `canary: ${plan}`,
    tags: ['canary'],
    schemaVersion: 42,
    templating: {
      list: [
        { name: 'datasource', type: 'datasource', query: 'prometheus' },
        {
          name: 'plan',
          type: 'query',
          datasource,
          query: 'label_values(canary_verdict, plan)',
          current: { text: plan, value: plan },
          includeAll: true,
          refresh: 2,
        },
      ],
    },
    annotations: {
      list: [
        {
          name: 'The share changed',
          datasource,
          enable: true,
          expr: 'changes(canary_stage_weight_ratio{plan=~"$plan"}[5m]) > 0',
        },
      ],
    },
    panels: placed,
  };
  return `${JSON.stringify(dashboard, undefined, 2)}\n`;
}
