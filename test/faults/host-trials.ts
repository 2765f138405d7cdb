import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { artifactSha256 } from '../../src/models/artifact.ts';
import { run, temporaryFolder } from '../cli/harness.ts';
import { checkoutOf, evidenceOf, storeRollout } from '../cli/store-rollout.ts';
import { freePort, startServer } from '../routing/real-server.ts';
import { type Checkouts, type HostsRun, runOnHosts } from './host-run.ts';
import { Hosts } from './hosts.ts';
import { bucketPlace, folderPlace, onFullDisk, type SharedPlace } from './shared-places.ts';

const python = new URL('../python/.venv/bin/python', import.meta.url).pathname;

/** Whether a server of S3 is there: moto, of the tests' Python. */
export function hasBuckets(): boolean {
  return existsSync(python.replace(/python$/u, 'moto_server'));
}

export interface Trial extends HostsRun {
  readonly seconds: number;
}

/** Runs of one rollout, whose windows are two for each version, on hosts that fail. */
export class HostTrials {
  readonly #folder: string;
  readonly #alone: string;
  /** In the order in which things were made. */
  readonly #cleanUps: (() => void)[];
  readonly #remove = (cleanUp: () => void): void => void this.#cleanUps.push(cleanUp);
  #bucketPort: number | undefined;
  /** Commands that run in the process of the tests take turns. */
  #turn: Promise<unknown> = Promise.resolve();

  static async open(): Promise<HostTrials> {
    const cleanUps: (() => void)[] = [];
    const remove = (cleanUp: () => void): void => void cleanUps.push(cleanUp);
    const folder = storeRollout(8192 + 60, remove);
    await ownFolder(folder);
    return new HostTrials(folder, await evidenceOf(checkoutOf(folder, remove)), cleanUps);
  }

  private constructor(folder: string, alone: string, cleanUps: (() => void)[]) {
    this.#folder = folder;
    this.#alone = alone;
    this.#cleanUps = cleanUps;
  }

  /** Takes everything away that was made. */
  close(): void {
    for (const cleanUp of this.#cleanUps.toReversed()) cleanUp();
  }

  /** Starts a server of S3. */
  async openBuckets(): Promise<void> {
    const port = await freePort();
    const server = await startServer(python, ['-m', 'moto.server', '-H', '0.0.0.0', '-p', String(port)], port);
    this.#remove(() => void server.kill('SIGKILL'));
    await fetch(`http://127.0.0.1:${port}/out`, { method: 'PUT' });
    this.#bucketPort = port;
  }

  /** Hosts with checkouts of the rollout, on which one trial is made after another. @param lane of several that are there at once */
  lane(lane: number): (store: 'folder' | 'bucket', seed: number) => Promise<Trial> {
    const hosts = new Hosts(lane, temporaryFolder(this.#remove));
    this.#remove(() => hosts.remove());
    const withoutLog = () => checkoutOf(this.#folder, this.#remove, 'log.jsonl');
    const withLog = () => checkoutOf(this.#folder, this.#remove);
    const checkouts = {
      workers: [withoutLog(), withoutLog()],
      coordinators: [withLog(), withLog()],
      altered: withoutLog(),
      full: withoutLog(),
    };
    appendFileSync(join(checkouts.altered, 'registry/model/model.mjs'), '\n');
    this.#remove(onFullDisk(join(checkouts.full, '.canary/stores')));
    return async (store, seed) => {
      const place =
        store === 'folder'
          ? folderPlace(join(temporaryFolder(this.#remove), 'store'))
          : bucketPlace(this.#bucketPort ?? 0, hosts.outside, `${process.pid}-${seed}`);
      this.#remove(() => place.remove());
      try {
        return await this.#trial(hosts, place, checkouts, seed);
      } finally {
        place.remove();
      }
    };
  }

  async #trial(hosts: Hosts, place: SharedPlace, checkouts: Checkouts, seed: number): Promise<Trial> {
    const started = performance.now();
    const ran = await runOnHosts(hosts, place, checkouts, seed);
    const problems = [...ran.problems, ...(await this.#inTurn(() => this.#problemsOf(place)))];
    return { ...ran, problems, seconds: Math.round((performance.now() - started) / 1000) };
  }

  /** What is wrong with what was left. */
  async #problemsOf(place: SharedPlace): Promise<readonly string[]> {
    const { store, env } = place;
    const places = { ...env, ...(env['AWS_ENDPOINT_URL'] === undefined ? {} : this.#nearby) };
    const cwd = checkoutOf(this.#folder, this.#remove);
    // A byte may have been altered after the last look.
    const again = await run(['replay', 'plan.yaml', '--store', store], { cwd, env: places });
    if (again.exitCode !== 0) return [`a replay afterwards: ${again.stderr}`];
    const problems: string[] = [];
    if ((await evidenceOf(cwd, ['--store', store], places)) !== this.#alone) problems.push('the evidence is another');
    const names = await place.files();
    const windows = names.filter((name) => /^[\da-f]{64}\/[^/]+\/[\da-f]{64}\.json$/u.test(name));
    if (windows.length !== 4) problems.push(`there are ${windows.length} windows`);
    const left = names.filter((name) => /unfinished|\/pieces\//u.test(name));
    if (left.length > 0) problems.push(`there is left: ${left.join(', ')}`);
    return problems;
  }

  /** The server of buckets as this machine reaches it. */
  get #nearby(): Readonly<Record<string, string>> {
    return { AWS_ENDPOINT_URL: `http://127.0.0.1:${this.#bucketPort}` };
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}

/** Gives the program a folder, whose digest the registry holds. */
async function ownFolder(folder: string): Promise<void> {
  const own = join(folder, 'registry/model');
  mkdirSync(own);
  renameSync(join(folder, 'registry/model.mjs'), join(own, 'model.mjs'));
  const sha256 = await artifactSha256(own);
  const file = join(folder, 'registry/iris.json');
  const registry = JSON.parse(readFileSync(file, 'utf8'));
  for (const { artifact } of Object.values<{ artifact: object }>(registry.versions))
    Object.assign(artifact, { path: 'model', sha256 });
  writeFileSync(file, JSON.stringify(registry, undefined, 2));
}
