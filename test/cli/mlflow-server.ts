import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, startServer } from '../routing/real-server.ts';

/** MLflow as `.ci/run` installs it. */
export const mlflow = fileURLToPath(new URL('../python/.venv/bin/mlflow', import.meta.url));

/** A real MLflow server on loopback, asked through its REST API as other clients ask it. */
export class MlflowPeer {
  readonly url: string;
  readonly #process: ChildProcess;

  private constructor(url: string, process: ChildProcess) {
    this.url = url;
    this.#process = process;
  }

  /** Starts one that keeps all it has in a folder. @param port where one that is started again is found */
  static async start(folder: string, port?: number): Promise<MlflowPeer> {
    mkdirSync(join(folder, 'artifacts'), { recursive: true });
    return await MlflowPeer.#startAt(folder, port ?? (await freePort()));
  }

  static async #startAt(folder: string, port: number): Promise<MlflowPeer> {
    const store = ['--backend-store-uri', `sqlite:///${join(folder, 'mlflow.db')}`];
    const files = ['--artifacts-destination', join(folder, 'artifacts')];
    const args = ['server', ...store, ...files, '--host', '127.0.0.1', '--port', String(port), '--workers', '1'];
    // Jobs of its own are for what nobody here asks of it, and take it half a minute to start.
    const withoutJobs = ['MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false', mlflow];
    return new MlflowPeer(`http://127.0.0.1:${port}`, await startServer('env', [...withoutJobs, ...args], port));
  }

  end(): void {
    this.#process.kill('SIGTERM');
  }

  /** Ends it, and waits until it has. */
  async ended(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.end();
    await ended;
  }

  /** @throws Error with what it said where it refuses */
  async ask(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    const response = await fetch(`${this.url}/api/2.0/mlflow/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return Object(JSON.parse(text));
  }

  /** Alias to version number. */
  async aliasesOf(name: string): Promise<Record<string, string>> {
    const { registered_model: model } = await this.ask('GET', `registered-models/get?name=${name}`);
    const { aliases = [] }: { aliases?: { alias: string; version: string }[] } = Object(model);
    return Object.fromEntries(aliases.map(({ alias, version }) => [alias, version]));
  }

  async tagsOf(name: string, version: string): Promise<Record<string, string>> {
    const { model_version: found } = await this.ask('GET', `model-versions/get?name=${name}&version=${version}`);
    const { tags = [] }: { tags?: { key: string; value: string }[] } = Object(found);
    return Object.fromEntries(tags.map(({ key, value }) => [key, value]));
  }

  async setAlias(name: string, alias: string, version: string): Promise<void> {
    await this.ask('POST', 'registered-models/alias', { name, alias, version });
  }

  /** A registered model with the versions that are named, each of a run with the files of a folder. */
  async register(name: string, versions: readonly (string | undefined)[], folder: string): Promise<void> {
    await this.ask('POST', 'registered-models/create', { name });
    for (const version of versions) {
      const tags = [
        { key: 'mlflow.source.git.commit', value: 'c0ffee0123456789' },
        { key: 'canary.data_hash', value: 'ab'.repeat(32) },
      ];
      const { run } = await this.ask('POST', 'runs/create', { experiment_id: '0', tags });
      const { run_id: runId } = Object(Object(run).info);
      await this.ask('POST', 'runs/log-metric', { run_id: runId, key: 'accuracy', value: 0.91, timestamp: 1, step: 0 });
      const place = `0/${runId}/artifacts/model`;
      await this.#upload(folder, place);
      await this.ask('POST', 'model-versions/create', {
        name,
        source: `mlflow-artifacts:/${place}`,
        run_id: runId,
        tags: version === undefined ? [] : [{ key: 'canary.version', value: version }],
      });
    }
  }

  async #upload(folder: string, place: string): Promise<void> {
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (statSync(join(folder, file)).isDirectory()) continue;
      const url = `${this.url}/api/2.0/mlflow-artifacts/artifacts/${place}/${file}`;
      const { status } = await fetch(url, { method: 'PUT', body: readFileSync(join(folder, file)) });
      if (status !== 200) throw new Error(`${file} was not taken: ${status}`);
    }
  }
}
