import { shortPlan } from './plan-text.ts';

/** A plan with a server beside its log. */
const withSource = `${shortPlan.replace('1pp }]', '1pp }, { metric: error_rate, max: 1%, source: prom }]')}
sources: { prom: { format: prometheus, url: 'http://prometheus:9090', versionLabel: v, series: { error_rate: { bad: b, total: t } } } }
`;

/** Plans on a metrics server, which between them have every way to tell a metric. */
export const ofServer = [
  withSource,
  ...[
    "token: { env: A }, window: 60m, independent: true, series: { error_rate: { bad: b, total: t } }, queries: { kpi.cost: 'sum(c)' }",
    'user: { env: A }, password: { env: B }, series: { latency: { histogram: h, unit: s } }, queries: { latency.p99: { query: q, unit: s } }',
    'series: { latency.mean: { sum: s, count: c, unit: s } }',
    'series: { latency.p95: { gauge: g, aggregate: mean, unit: s } }',
  ].map((keys) =>
    shortPlan.replace(
      'source: requests.jsonl',
      `format: prometheus, url: "http://prometheus:9090", versionLabel: v, ${keys}`,
    ),
  ),
];

/** A plan on the sums of a warehouse. */
const ofSums = `${shortPlan.replace(
  'source: requests.jsonl',
  'format: sums, source: sums.csv, table: t, columns: { unit: u, label: l, baseline: { latency: a, error: b, prediction: c }, candidate: { latency: d, error: e, prediction: f } }',
)}\nassignment: { scheme: md5 }\n`;

/** Plans on answers of CloudWatch, and on sums. */
export const ofAnswers = [
  ...[
    'independent: true, series: { error_rate: { bad: $role_b, total: $role_t } }',
    'series: { latency.mean: { sum: $role_s, count: $role_c, unit: s } }',
    'series: { latency.p95: { gauge: $role_g, aggregate: mean, unit: s } }',
  ].map((keys) => shortPlan.replace('source: requests.jsonl', `format: cloudwatch, source: answers.json, ${keys}`)),
  ofSums,
];
