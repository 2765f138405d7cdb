import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestRollout } from '../fixtures/test-rollout.ts';
import { type MetricsServer, startPrometheus } from '../gate/dashboards/metrics-server.ts';
import { isInstalled } from '../routing/real-server.ts';
import { end, requests, scrapedRollout } from '../gate/dashboards/scraped.ts';
import { run } from './harness.ts';
import { answering, evaluate, guardrails, json, secret } from './metrics-answers.ts';

function registryOf({ folder }: TestRollout): { readonly traffic: Readonly<Record<string, number>> } {
  return JSON.parse(readFileSync(join(folder, 'registry/m.json'), 'utf8'));
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

describe.skipIf(!isInstalled('prometheus') || !isInstalled('promtool'))('Prometheus', () => {
  let server: MetricsServer;
  beforeAll(async () => {
    server = await startPrometheus([
      requests('story', '1.0.0', '200', { rise: 90 }),
      requests('story', '1.1.0', '200', { rise: 10 }),
      requests('bad', '1.0.0', '200', { rise: 90 }),
      requests('bad', '1.1.0', '200', { rise: 7 }),
      requests('bad', '1.1.0', '500', { rise: 3 }),
    ]);
  }, 60_000);
  afterAll(() => server?.stop());

  test('is asked for a path and a token, as Google Cloud Monitoring is, and neither is written anywhere', async () => {
    const url = await answering((request, response) => {
      const { authorization } = request.headers;
      const path = request.url ?? '';
      if (authorization !== `Bearer ${secret}`) return json(response, 401, { status: 'error', error: 'no' });
      if (!path.startsWith('/v1/projects/p/location/global/prometheus/')) return json(response, 404, {});
      void fetch(`${server.url}${path.slice('/v1/projects/p/location/global/prometheus'.length)}`)
        .then(async (answer) => response.writeHead(answer.status).end(await answer.text()))
        .catch(() => response.destroy());
    });
    const rollout = scrapedRollout(`${url}/v1/projects/p/location/global/prometheus`, 'story', guardrails, {
      more: 'token: { env: GCP_TOKEN },',
    });
    const { exitCode, stdout, stderr } = await evaluate(
      rollout,
      ['--report', 'report.html', 'report.prom', 'report.json'],
      { GCP_TOKEN: secret },
    );
    expect([exitCode, stderr]).toEqual([0, expect.any(String)]);
    expect(stdout).toContain('Verdict: INCREASE');
    const written = [stdout, stderr, ...filesBelow(rollout.folder).map((path) => readFileSync(path, 'utf8'))];
    expect(written.filter((text) => text.includes(secret))).toEqual([]);
  });

  test.each([
    ['enters the next stage with a good candidate', 'story', 0, { did: 'entered', verdict: 'increase' }, 0.25],
    ['takes a bad candidate out', 'bad', 4, { did: 'rolled-back', verdict: 'rollback' }, 0],
  ])('canary watch --auto --once %s, as evaluate says of its live stage', async (_title, name, code, did, traffic) => {
    const stages = '[{ name: canary-10, weight: 10% }, { name: canary-25, weight: 25% }, { name: full, weight: 1 }]';
    const rollout = scrapedRollout(server.url, name, guardrails, { stages }).register({ traffic: { '1.0.0': 1 } });
    const before = { SOURCE_DATE_EPOCH: String(end - 7200) };
    expect((await evaluate(rollout, [], before)).exitCode).toBe(3);
    const override = ['--override', 'increase', '--by', 'a person', '--reason', 'nothing is served yet'];
    const begun = await run(['promote', 'plan.yaml', ...override], { cwd: rollout.folder, env: before });
    expect(begun).toMatchObject({ exitCode: 0, stderr: expect.any(String) });
    expect(registryOf(rollout).traffic['1.1.0']).toBe(0.1);
    expect((await evaluate(rollout)).exitCode).toBe(code);
    const { exitCode, stdout, stderr } = await run(['watch', 'plan.yaml', '--auto', '--once', '--format', 'json'], {
      cwd: rollout.folder,
      env: { SOURCE_DATE_EPOCH: String(end) },
    });
    expect({ exitCode, stderr, stdout }).toEqual({ exitCode: code, stderr: '', stdout: expect.any(String) });
    expect(JSON.parse(stdout)).toMatchObject(did);
    expect(registryOf(rollout).traffic['1.1.0'] ?? 0).toBe(traffic);
  });

  test('need not be there to judge again, to the byte', async () => {
    const rollout = scrapedRollout(server.url, 'story', guardrails);
    const asked = await evaluate(rollout, ['--format', 'json']);
    const away = { HTTP_PROXY: 'unused' };
    const again = await evaluate(rollout, ['--format', 'json', '--offline', '--allow-host', 'nowhere'], away);
    expect([asked.exitCode, again.exitCode, again.stdout]).toEqual([0, 0, asked.stdout]);
  });

  test('is asked since the weight came into force and settled, and looks at such a window are one series', async () => {
    const from = new Date((end - 3000) * 1000).toISOString();
    const rollout = scrapedRollout(server.url, 'story', guardrails);
    rollout.plan({
      requests: `{ format: prometheus, url: "${server.url}", versionLabel: model_version, settle: 5m, independent: true, weights: [{ from: "${from}", weight: 10% }],
  series: { error_rate: { bad: 'http_requests_total{code="500"}', total: 'http_requests_total{case="story"}' } } }`,
    });
    const windows: unknown[] = [];
    for (const now of [end - 600, end]) {
      const { stdout } = await evaluate(rollout, ['--format', 'json'], { SOURCE_DATE_EPOCH: String(now) });
      const { inputs, stage, cohorts } = JSON.parse(stdout);
      windows.push([inputs.window, stage.look, stage.series, cohorts[0].requests]);
    }
    const begin = '2026-11-29T09:15:00.000Z';
    expect(windows).toEqual([
      [{ from: begin, to: '2026-11-29T09:45:00.000Z' }, 1, 1, 1200],
      [{ from: begin, to: '2026-11-29T09:55:00.000Z' }, 2, 1, 1600],
    ]);
  });

  test('has nothing to say of a candidate without traffic, which holds', async () => {
    const rollout = scrapedRollout(server.url, 'story', guardrails).register({ traffic: { '1.0.0': 1 } });
    rollout.plan({
      requests: `{ format: prometheus, url: "${server.url}", versionLabel: model_version, series: { error_rate: { bad: b, total: http_requests_total } } }`,
    });
    const { exitCode, stdout } = await evaluate(rollout);
    expect([exitCode, stdout.replace(/\s+/gu, ' ')]).toEqual([
      3,
      expect.stringContaining('it has no traffic, and the window begins with it'),
    ]);
  });

  test('is not believed from a file that was changed', async () => {
    const rollout = scrapedRollout(server.url, 'story', guardrails);
    await evaluate(rollout);
    const kept = filesBelow(rollout.folder).find((path) => path.includes('inputs')) ?? '';
    writeFileSync(kept, readFileSync(kept, 'utf8').replace('"1.1.0"', '"1.0.0"'));
    const offline = await evaluate(rollout, ['--offline']);
    expect([offline.exitCode, offline.stderr]).toEqual([
      5,
      expect.stringContaining('is not what the metrics server said'),
    ]);
    const promoted = await run(['promote', 'plan.yaml'], { cwd: rollout.folder });
    expect(promoted.exitCode).toBe(5);
  });

  test('an expression that it cannot read is exit 2, at its line', async () => {
    const rollout = scrapedRollout(server.url, 'story', ['{ metric: kpi.cost, max: 4, test: point }'], {
      more: 'queries: { kpi.cost: "sum by model_version (c" },',
    });
    for (const command of ['evaluate', 'plan']) {
      const { exitCode, stderr } = await run([command, 'plan.yaml'], { cwd: rollout.folder });
      expect([exitCode, stderr]).toEqual([
        2,
        expect.stringMatching(
          /plan\.yaml:8:158 kpi\.cost: the server cannot read sum by model_version \(c: .*parse error/u,
        ),
      ]);
    }
  });

  test('a query with several numbers for a version is not one of them', async () => {
    const rollout = scrapedRollout(server.url, 'story', ['{ metric: kpi.cost, max: 4, test: point }'], {
      more: `queries: { kpi.cost: 'http_requests_total{case="story"} or label_replace(http_requests_total{case="story"}, "x", "y", "", "")' },`,
    });
    const { exitCode, stdout } = await evaluate(rollout);
    expect(exitCode).toBe(3);
    expect(stdout.replace(/\s+/gu, ' ')).toContain(
      'the query gave 2 series for the candidate: aggregate by model_version',
    );
  });
});
