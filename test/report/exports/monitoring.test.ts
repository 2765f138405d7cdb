import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { grafanaDashboard } from '../../../src/report/exports/grafana.ts';
import { openMetricsReport } from '../../../src/report/exports/open-metrics.ts';
import { prometheusRules } from '../../../src/report/exports/prometheus-rules.ts';
import { temporaryFolder } from '../../cli/harness.ts';
import { freePort, isInstalled, startServer } from '../../routing/real-server.ts';
import { rollbackReport } from '../example-reports.ts';

const { name } = rollbackReport.evidence.plan;

/** What a query of a running Prometheus gives. */
async function answerOf(port: number, query: string): Promise<readonly unknown[]> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(query)}`);
  const answer: { readonly status: string; readonly data: { readonly result: readonly unknown[] } } = JSON.parse(
    await response.text(),
  );
  expect(answer.status).toBe('success');
  return answer.data.result;
}

// A Grafana is not to be had in Debian or on npm: what it would ask is asked of Prometheus, what it would draw is not drawn here.
test.skipIf(!isInstalled('prometheus'))(
  'every panel of the dashboard has data in a Prometheus that scraped a report',
  { timeout: 120_000 },
  async () => {
    const metrics = await openMetricsReport(rollbackReport);
    const exporter = createServer((_request, response) => {
      response.setHeader('Content-Type', 'application/openmetrics-text; version=1.0.0; charset=utf-8').end(metrics);
    });
    const [target, port] = [await freePort(), await freePort()];
    await new Promise<void>((listening) => void exporter.listen(target, '127.0.0.1', () => listening()));
    onTestFinished(() => void exporter.close());
    const folder = temporaryFolder();
    writeFileSync(
      join(folder, 'prometheus.yml'),
      `scrape_configs: [{ job_name: canary, scrape_interval: 1s, static_configs: [{ targets: ["127.0.0.1:${target}"] }] }]`,
    );
    const files = [`--config.file=${join(folder, 'prometheus.yml')}`, `--storage.tsdb.path=${join(folder, 'data')}`];
    const server = await startServer('prometheus', [...files, `--web.listen-address=127.0.0.1:${port}`], port);
    onTestFinished(() => void server.kill('SIGKILL'));
    while ((await answerOf(port, 'canary_verdict').catch(() => [])).length === 0) await setTimeout(200);
    const dashboard: { readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[] } =
      JSON.parse(grafanaDashboard(name));
    const expressions = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
    const empty: string[] = [];
    for (const expression of expressions)
      if ((await answerOf(port, expression.replaceAll('$plan', name))).length === 0) empty.push(expression);
    expect(expressions.length).toBeGreaterThan(8);
    expect(empty).toEqual([]);
  },
);

describe('the rules for Prometheus', () => {
  test('are the same bytes for the same plan, quotes and all', () => {
    expect(prometheusRules('intent-1.5.0')).toBe(prometheusRules('intent-1.5.0'));
    expect(prometheusRules('intent-1.5.0')).toContain('canary_verdict{plan="intent-1.5.0",decision="rollback"} == 1');
  });

  test.skipIf(!isInstalled('promtool'))('are rules by promtool, and fire for a rollback', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'rules.yml'), prometheusRules('intent'));
    const tests = `rule_files: [rules.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - { series: 'canary_verdict{plan="intent",stage="half",candidate="1.5.0",decision="rollback"}', values: '0 1' }
      - { series: 'canary_router_applied{plan="intent",stage="half"}', values: '1 0' }
      - { series: 'canary_evaluation_timestamp_seconds{plan="intent",stage="half"}', values: '0x3000' }
    promql_expr_test:
      - { expr: 'ALERTS{alertname="CanaryRollback",alertstate="firing"}', eval_time: 0m, exp_samples: [] }
      - expr: 'count(ALERTS{alertname="CanaryRollback",alertstate="firing"})'
        eval_time: 1m
        exp_samples: [{ labels: '{}', value: 1 }]
      - { expr: 'ALERTS{alertname="CanaryNotApplied",alertstate="firing"}', eval_time: 0m, exp_samples: [] }
      - expr: 'count(ALERTS{alertname="CanaryNotApplied",alertstate="firing"})'
        eval_time: 1m
        exp_samples: [{ labels: '{}', value: 1 }]
      - expr: 'count(ALERTS{alertname="CanaryEvidenceOld",alertstate="firing"})'
        eval_time: 49h
        exp_samples: [{ labels: '{}', value: 1 }]
`;
    writeFileSync(join(folder, 'tests.yml'), tests);
    for (const args of [
      ['check', 'rules', 'rules.yml'],
      ['test', 'rules', 'tests.yml'],
    ]) {
      const ran = spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' });
      expect(`${ran.stdout}${ran.stderr}`).toContain('SUCCESS');
      expect(ran.status).toBe(0);
    }
  });
});
