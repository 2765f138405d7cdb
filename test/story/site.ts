import { type ChildProcess, spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MlflowPeer, mlflow } from '../cli/mlflow-server.ts';
import { isInstalled, freePort, startServer } from '../routing/real-server.ts';
import { Counts } from './crowd.ts';
import { ObjectWriter } from './object-writer.ts';

const python = fileURLToPath(new URL('../python/.venv/bin/python', import.meta.url));
const moto = fileURLToPath(new URL('../python/.venv/bin/moto_server', import.meta.url));
const modelServer = fileURLToPath(new URL('model-server.mjs', import.meta.url));
const models = fileURLToPath(new URL('../../fixtures/registry/models/intent-classifier', import.meta.url));

/** Whether every program of the story is here. */
export const isStoryPlayable =
  ['nginx', 'prometheus', 'openssl'].every(isInstalled) && [mlflow, moto].every((path) => existsSync(path));

/** A version as its server plays it: which model answers, and how often those behind nginx are refused. */
export interface Played {
  readonly version: string;
  readonly model: string;
  readonly failures: number;
}

export const stable: Played = { version: '1.4.2', model: '1.4.2', failures: 0 };
export const good: Played = { version: '1.5.0', model: '1.5.0', failures: 0 };
/** Answers as well as the good one where canary asks it, and not where users do. */
export const bad: Played = { version: '1.6.0', model: '1.5.0', failures: 0.5 };

/** What is there before a rollout begins, and after it. */
export interface Site {
  /** Where each version's server is; none where a crowd stands for them. */
  readonly servers: Readonly<Record<string, number>>;
  /** What a crowd's versions count. */
  readonly counts: Counts;
  readonly prometheus: string;
  readonly objects: ObjectWriter;
  readonly mlflow: MlflowPeer;
  readonly stop: () => void;
}

/**
 * Starts a Prometheus, an object store, MLflow and, unless a crowd stands for them, a server of each version, all at once.
 * @param folder keeps what they keep
 */
export async function startSite(folder: string, isServed: boolean): Promise<Site> {
  const children: ChildProcess[] = [];
  const start = async (program: string, args: readonly string[]) => {
    const port = await freePort();
    const placed = args.map((arg) => arg.replace('PORT', String(port)));
    children.push(await startServer(program, placed, port));
    return port;
  };
  const serve = async ({ version, model, failures }: Played): Promise<[string, number]> => {
    const args = [modelServer, 'PORT', version, join(models, model), String(failures)];
    return [version, await start(process.execPath, args)];
  };
  const counts = new Counts();
  const servers = Object.fromEntries(isServed ? await Promise.all([stable, good, bad].map(serve)) : []);
  const scraped = isServed ? Object.values(servers) : [await counts.listen()];
  const config = join(folder, 'prometheus.yml');
  writeFileSync(config, scrapeConfig(scraped));
  const place = '--web.listen-address=127.0.0.1:PORT';
  const [mlflowPeer, s3, prometheus] = await Promise.all([
    MlflowPeer.start(folder),
    start(python, ['-m', 'moto.server', '-p', 'PORT']),
    start('prometheus', [`--config.file=${config}`, `--storage.tsdb.path=${folder}/tsdb`, place, '--log.level=error']),
  ]);
  return {
    servers,
    counts,
    prometheus: `http://127.0.0.1:${prometheus}`,
    objects: new ObjectWriter(`http://127.0.0.1:${s3}`),
    mlflow: mlflowPeer,
    stop() {
      mlflowPeer.end();
      counts.stop();
      for (const child of children) child.kill('SIGKILL');
    },
  };
}

/** Often enough that a window of seconds has its samples. */
function scrapeConfig(ports: readonly number[]): string {
  const targets = ports.map((port) => `127.0.0.1:${port}`);
  return JSON.stringify({
    global: { scrape_interval: '500ms', scrape_timeout: '500ms' },
    scrape_configs: [{ job_name: 'models', static_configs: [{ targets }] }],
  });
}

/** Makes a pair of keys as docs/attestation.md says. */
export function makeKeys(folder: string): void {
  const openssl = (...args: string[]) => {
    const made = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' });
    if (made.status !== 0) throw new Error(made.stderr);
  };
  openssl('genpkey', '-algorithm', 'ed25519', '-out', 'ci.pem');
  openssl('pkey', '-in', 'ci.pem', '-pubout', '-out', 'ci.pub.pem');
}
