import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Webhook } from 'standardwebhooks';
import type { ModelRegistry } from '../../src/domain/registry.ts';
import { parseRegistry } from '../../src/registry/file/parse-registry.ts';
import { temporaryFolder } from '../cli/harness.ts';
import { type Received, webhookReceiver } from '../cli/webhook-receiver.ts';
import { jsonLines } from '../fixtures/test-rollout.ts';
import { nginxFront } from '../routing/nginx-front.ts';
import { freePort, startServer } from '../routing/real-server.ts';
import { Crowd, recordedRequests } from './crowd.ts';
import { awsKeys } from './object-writer.ts';
import { bucket, model, storyPlan, type StoryParts } from './story-plan.ts';
import { makeKeys, type Site, stable } from './site.ts';
import { asked, Shipper, Users } from './traffic.ts';

const served = fileURLToPath(new URL('../../fixtures/served-registry', import.meta.url));
const replayed = 400;
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

/** What nginx logs of a request. */
const fields = {
  request_id: '$request_id',
  timestamp: '$msec',
  user_id: '$http_x_user_id',
  served_by: '$canary_upstream',
  latency: '$request_time',
  error: '$status',
  prediction: '$upstream_http_x_prediction',
  label: '$http_x_label',
};

/** What a receiver of webhooks was told. */
export interface Told {
  readonly id: string;
  readonly type: string;
  readonly subject?: string;
}

/** A rollout among a site's servers: nginx in front of both versions, users who ask, their log in a bucket, and whoever is told. */
export class StoryRollout {
  readonly folder = temporaryFolder();
  /** Of whoever runs canary. */
  readonly env: Readonly<Record<string, string>>;
  readonly #parts: StoryParts;
  readonly #site: Site;
  readonly #received: readonly Received[];
  /** What runs meanwhile, the last to end first. */
  readonly #ends: (() => Promise<void> | void)[] = [];

  private constructor(site: Site, parts: StoryParts, hook: string, received: readonly Received[]) {
    this.#site = site;
    this.#parts = parts;
    this.#received = received;
    this.env = { ...awsKeys, HOOK: hook, HOOK_SECRET: secret, AWS_REGION: 'us-east-1' };
  }

  static async begin(site: Site, parts: StoryParts): Promise<StoryRollout> {
    const { url, received } = await webhookReceiver((_, message) => ({ status: isSigned(message) ? 200 : 401 }));
    const rollout = new StoryRollout(site, parts, url, received);
    await rollout.#begin();
    return rollout;
  }

  async #begin(): Promise<void> {
    const { name, candidate } = this.#parts;
    const { objects, mlflow, servers } = this.#site;
    await objects.makeBucket(bucket);
    await objects.write(bucket, `${name}/recorded/requests.jsonl`, this.#recorded());
    await mlflow.register(name, [stable.version, candidate.version], served);
    makeKeys(this.folder);
    this.#writeRegistry();
    writeFileSync(join(this.folder, 'plan.yaml'), storyPlan(this.#site, this.#parts));
    writeFileSync(this.#routeFile, `split_clients "$http_x_user_id" $canary_upstream {\n    * stable;\n}\n`);
    const [port, nobody] = [await freePort(), await freePort()];
    const [before = nobody, after = nobody] = [stable, candidate].map(({ version }) => servers[version]);
    const front = { folder: this.folder, port, stable: before, canary: after, fields, log: 'access.jsonl' };
    writeFileSync(join(this.folder, 'main.conf'), nginxFront(front));
    const nginx = await startServer('nginx', ['-p', this.folder, '-c', 'main.conf'], port);
    this.#ends.push(() => void nginx.kill());
    this.#open(port);
  }

  get #isServed(): boolean {
    return Object.keys(this.#site.servers).length > 0;
  }

  get #registryFile(): string {
    return join(this.folder, 'registry', `${model}.json`);
  }

  get #routeFile(): string {
    return join(this.folder, 'route.conf');
  }

  #recorded(): string {
    if (this.#isServed) return jsonLines(asked.slice(0, replayed));
    return recordedRequests([stable.version, this.#parts.candidate.version], replayed);
  }

  /** Lets users in. */
  #open(port: number): void {
    const { name, candidate } = this.#parts;
    const { objects, counts } = this.#site;
    const write = (key: string, text: string) => objects.write(bucket, `${name}/access/${key}`, text);
    if (this.#isServed) {
      const shipper = new Shipper(join(this.folder, 'access.jsonl'), write);
      const users = new Users(port);
      this.#ends.unshift(
        () => users.leave(),
        () => shipper.stop(),
      );
    } else {
      const { version, failures } = candidate;
      const of = { rollout: name, route: this.#routeFile, stable: stable.version, candidate: version, failures };
      const crowd = new Crowd(of, counts, write);
      this.#ends.unshift(() => crowd.leave());
    }
  }

  #writeRegistry(): void {
    const registry = JSON.parse(readFileSync(join(served, `${model}.json`), 'utf8'));
    const versions = [stable, this.#parts.candidate].map(({ version, model: from }) => {
      const { modelVersion: _one, ...artifact } = registry.versions[from].artifact;
      const url = `http://127.0.0.1:${this.#site.servers[version]}`;
      const played = this.#isServed ? { ...artifact, url } : { runtime: 'recorded' };
      const signature = this.#isServed ? {} : { signature: { output: { kind: 'classification', labels: ['a', 'b'] } } };
      return [version, { ...registry.versions[from], artifact: played, ...signature }];
    });
    const text = JSON.stringify({ ...registry, versions: Object.fromEntries(versions) }, undefined, 2);
    mkdirSync(join(this.folder, 'registry'));
    writeFileSync(this.#registryFile, `${text}\n`);
  }

  get name(): string {
    return this.#parts.name;
  }

  /** What nginx is told. */
  get route(): string {
    return readFileSync(this.#routeFile, 'utf8');
  }

  get registry(): ModelRegistry {
    return parseRegistry(readFileSync(this.#registryFile, 'utf8'), this.#registryFile);
  }

  /** What the receiver was told, which it took only where it was signed. */
  get told(): readonly Told[] {
    return this.#received.map(({ body }) => JSON.parse(body));
  }

  /** Whether each message was signed. */
  get isAllSigned(): boolean {
    return this.#received.every(isSigned);
  }

  /** MLflow's aliases, by what canary calls the versions. */
  async aliases(): Promise<Record<string, string | undefined>> {
    const found = await this.#site.mlflow.aliasesOf(this.#parts.name);
    const names = [undefined, stable.version, this.#parts.candidate.version];
    return Object.fromEntries(Object.entries(found).map(([alias, number]) => [alias, names[Number(number)]]));
  }

  /** Which secrets of whoever runs canary stand in texts, or in any file that it wrote. */
  secretsIn(texts: readonly string[]): readonly string[] {
    const files = readdirSync(this.folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(this.folder, name))
      .filter((path) => statSync(path).isFile() && !path.endsWith('ci.pem'));
    const written = [...texts, ...files.map((path) => readFileSync(path, 'latin1'))];
    const key = readFileSync(join(this.folder, 'ci.pem'), 'utf8').split('\n')[1] ?? '';
    const secrets = [awsKeys.AWS_SECRET_ACCESS_KEY, secret, secret.replace('whsec_', ''), this.env['HOOK'] ?? '', key];
    return secrets.filter((each) => written.some((text) => text.includes(each)));
  }

  /** Ends users, nginx and log. */
  async end(): Promise<void> {
    for (const end of this.#ends.splice(0)) await end();
  }
}

function isSigned({ headers, body }: Received): boolean {
  const texts = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  try {
    new Webhook(secret).verify(body, texts);
    return true;
  } catch {
    return false;
  }
}
