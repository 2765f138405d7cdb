import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { freePort } from '../../routing/real-server.ts';

/** A series: its labels, and its samples as `[seconds since 1970, value]`. */
export interface HistoricSeries {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly (readonly [seconds: number, value: number])[];
}

export interface MetricsServer {
  readonly url: string;
  readonly stop: () => void;
}

/** A Prometheus server on loopback that remembers these series, as if it had scraped them. */
export async function startPrometheus(
  series: readonly HistoricSeries[],
  extra: readonly string[] = [],
): Promise<MetricsServer> {
  const folder = mkdtempSync(join(tmpdir(), 'canary-prometheus-'));
  const [history, data, config] = ['history.om', 'data', 'prometheus.yml'].map((name) => join(folder, name));
  if (history === undefined || data === undefined || config === undefined) throw new Error('no folder');
  mkdirSync(data);
  writeFileSync(history, `${expositionOf(series, 1)}# EOF\n`);
  writeFileSync(config, 'global: {}\n');
  const made = spawnSync('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', history, data], {
    encoding: 'utf8',
  });
  if (made.status !== 0) throw new Error(made.stderr);
  const port = await freePort();
  const child = spawn('prometheus', [
    `--config.file=${config}`,
    `--storage.tsdb.path=${data}`,
    '--storage.tsdb.retention.time=100y',
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=error',
    ...extra,
  ]);
  return await started(child, folder, port, '/-/ready');
}

/** A Prometheus server on loopback that has scraped an exporter of this machine. */
export async function startScraping(exporter: number, extra: readonly string[] = []): Promise<MetricsServer> {
  const folder = mkdtempSync(join(tmpdir(), 'canary-prometheus-'));
  const config = join(folder, 'prometheus.yml');
  const scrape = { job_name: 'exporter', static_configs: [{ targets: [`127.0.0.1:${exporter}`] }] };
  const global = { scrape_interval: '1s', scrape_timeout: '1s' };
  writeFileSync(config, JSON.stringify({ global, scrape_configs: [scrape] }));
  const port = await freePort();
  const data = [`--storage.tsdb.path=${join(folder, 'data')}`, '--storage.tsdb.retention.time=100y'];
  const args = [
    `--config.file=${config}`,
    ...data,
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=error',
    ...extra,
  ];
  const server = await started(spawn('prometheus', args), folder, port, '/-/ready');
  for (;;) {
    const answer = await fetch(`${server.url}/api/v1/query?query=up`);
    if ((await answer.text()).includes('"1"')) return server;
    await sleep(100);
  }
}

/** The same by VictoriaMetrics, which answers the same questions with code of its own. */
export async function startVictoriaMetrics(series: readonly HistoricSeries[]): Promise<MetricsServer> {
  const folder = mkdtempSync(join(tmpdir(), 'canary-victoria-'));
  const port = await freePort();
  const child = spawn('victoria-metrics', [
    `-storageDataPath=${join(folder, 'data')}`,
    `-httpListenAddr=127.0.0.1:${port}`,
    '-retentionPeriod=100y',
    '-search.latencyOffset=0s',
    '-loggerLevel=ERROR',
  ]);
  const server = await started(child, folder, port, '/health');
  await fetch(`${server.url}/api/v1/import/prometheus`, { method: 'POST', body: expositionOf(series, 1000) });
  await fetch(`${server.url}/internal/force_flush`);
  return server;
}

/** The text of the series with times in some part of a second, each name's series together. */
function expositionOf(series: readonly HistoricSeries[], perSecond: number): string {
  const lines = series
    .toSorted((left, right) => (left.name < right.name ? -1 : Number(left.name > right.name)))
    .flatMap(({ name, labels, samples }) => {
      const text = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
      return samples.map(([at, value]) => `${name}{${text.join(',')}} ${value} ${at * perSecond}\n`);
    });
  return lines.join('');
}

async function started(child: ChildProcess, folder: string, port: number, readyPath: string): Promise<MetricsServer> {
  const stop = () => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  const url = `http://127.0.0.1:${port}`;
  const said: string[] = [];
  child.stderr?.on('data', (text: Buffer) => void said.push(String(text)));
  while (child.exitCode === null) {
    const ready = await fetch(`${url}${readyPath}`).catch(() => undefined);
    if (ready?.ok === true) return { url, stop };
    await new Promise((again) => void setTimeout(again, 50));
  }
  stop();
  throw new Error(said.join(''));
}
