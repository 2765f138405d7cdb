import { expect, test } from 'vitest';
import { parse, shortPlan } from '../plan-text.ts';

const prometheus = (url: string, more = '') =>
  shortPlan.replace(
    '{ source: requests.jsonl }',
    `{ format: prometheus, url: "${url}", versionLabel: v${more}, series: { error_rate: { bad: b, total: t } } }`,
  );
const source = (requests: string) => shortPlan.replace('{ source: requests.jsonl }', requests);

test.each([
  ['url', prometheus('https://ops:hunter2@prometheus.example.com')],
  ['url', prometheus('https://prometheus.example.com/?api_key=hunter2')],
  ['token', prometheus('https://prometheus.example.com', ', token: hunter2')],
  ['endpoint', source('{ source: "s3://logs/*.jsonl", storage: { endpoint: "https://key:hunter2@minio" } }')],
  ['source', source('{ source: "https://ops:hunter2@logs.example.com/a.jsonl" }')],
  ['source', source('{ source: [b.jsonl, "https://logs.example.com/a.jsonl?X-Amz-Signature=hunter2"] }')],
  ['source', source('{ source: "https://x.blob.core.windows.net/c/a.jsonl?sv=2021&sig=hunter2" }')],
  ['secret', `${shortPlan}notify: [{ url: { env: URL }, form: cloudevents, secret: hunter2 }]\n`],
  ['url', `${shortPlan}notify: [{ url: "https://hooks.slack.com/services/hunter2", form: slack }]\n`],
  ['url', `${shortPlan}mirror: { mlflow: { url: "https://a:hunter2@mlflow", aliases: { stable: champion } } }\n`],
  // Something else is wrong on the same line.
  ['secret', `${shortPlan}notify: [{ url: { env: URL }, form: pigeon, on: [never], secret: hunter2 }]\n`],
])('a %s that holds a secret is refused, and no finding shows it', (key, plan) => {
  const result = parse(plan);
  if (result.ok) throw new Error('the plan was taken');
  const told = result.diagnostics.filter(({ rule }) => rule === 'literal-secret');
  expect(told).toMatchObject([{ severity: 'error', message: expect.stringContaining(`${key} `) }]);
  expect(told[0]?.line).toBeGreaterThan(0);
  expect(JSON.stringify(result.diagnostics)).not.toContain('hunter2');
});

test('an address without a secret is taken, also with a query', () => {
  expect(parse(source('{ source: "https://logs.example.com/a.jsonl?day=1" }')).ok).toBe(true);
  expect(parse(source('{ source: "s3://logs/*.jsonl", storage: { endpoint: "http://minio:9000" } }')).ok).toBe(true);
});
