import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { Counter, Histogram, Registry } from 'prom-client';
import { bucketerOf } from '../../src/assignment/schemes.ts';
import { jsonLines } from '../fixtures/test-rollout.ts';
import { freePort } from '../routing/real-server.ts';

const perTurn = 400;
const everyMs = 400;
const mostAtWeight = 20;
const labels = ['a', 'b'];

/** One answer of eight is wrong. */
function answerTo(index: number): string | undefined {
  return labels[(index % 8 === 0 ? index + 1 : index) % 2];
}

/** Requests that both versions answered, as a replayed stage rests on. */
export function recordedRequests(versions: readonly string[], count: number): string {
  const records = Array.from({ length: count }, (_, index) => {
    const label = labels[index % 2];
    const prediction = answerTo(index);
    const outcomes = versions.map((version) => [version, { prediction, latency_ms: 20 }]);
    const timestamp = new Date(Date.UTC(2026, 10, 1) + index * 60_000).toISOString();
    return {
      request_id: `r${index}`,
      timestamp,
      user_id: `user-${index}`,
      label,
      outcomes: Object.fromEntries(outcomes),
    };
  });
  return jsonLines(records);
}

/** What crowds' versions counted, as their servers would tell it to Prometheus. */
export class Counts {
  readonly #registry = new Registry();
  readonly #place = { registers: [this.#registry], help: 'as servers count' };
  readonly requests = new Counter({
    ...this.#place,
    name: 'http_requests_total',
    labelNames: ['model_version', 'code', 'rollout'],
  });
  readonly durations = new Histogram({
    ...this.#place,
    name: 'http_request_duration_seconds',
    labelNames: ['model_version', 'rollout'],
    buckets: [0.1, 1],
  });
  readonly #server = createServer((_request, response) => {
    void this.#registry.metrics().then((text) => response.end(text));
  });

  async listen(): Promise<number> {
    const port = await freePort();
    await new Promise<void>((listening) => void this.#server.listen(port, '127.0.0.1', listening));
    return port;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** Of whom a crowd is. */
export interface CrowdParts {
  readonly rollout: string;
  readonly route: string;
  readonly stable: string;
  readonly candidate: string;
  /** How many of the candidate's requests fail. */
  readonly failures: number;
}

/** Users without servers: each turn is an object with their requests, served as nginx's file says at that moment, and counted. */
export class Crowd {
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;

  constructor(parts: CrowdParts, counts: Counts, write: (key: string, text: string) => Promise<void>) {
    this.#done = this.#ask(parts, counts, write);
  }

  async #ask(
    { rollout, route, stable, candidate, failures }: CrowdParts,
    { requests, durations }: Counts,
    write: (key: string, text: string) => Promise<void>,
  ): Promise<void> {
    const bucketOf = bucketerOf({ scheme: 'nginx', salt: rollout });
    let before = Number.NaN;
    let written = 0;
    for (let turn = 0; !this.#stop.signal.aborted; turn += 1) {
      const share = shareIn(readFileSync(route, 'utf8'));
      if (share !== before) written = 0;
      before = share;
      const now = Date.now();
      const records = Array.from({ length: perTurn }, (_, index) => {
        // Somebody new each time: the counts say that each request is evidence of its own.
        const user = `user-${turn}-${index}`;
        const isCanary = bucketOf(user) < share;
        const version = isCanary ? candidate : stable;
        const isRefused = isCanary && (index % 100) / 100 < failures;
        requests.inc({ model_version: version, code: isRefused ? 500 : 200, rollout });
        durations.observe({ model_version: version, rollout }, 0.02);
        return {
          request_id: `${turn}-${index}`,
          timestamp: now / 1000,
          user_id: user,
          served_by: isCanary ? 'canary' : 'stable',
          latency: 0.02,
          error: isRefused ? '500' : '200',
          prediction: isRefused ? '' : answerTo(index),
          label: labels[index % 2],
        };
      });
      // More of the same would only take longer to read.
      if (written < mostAtWeight) await write(`${String(turn).padStart(6, '0')}.jsonl`, jsonLines(records));
      written += 1;
      await wait(everyMs);
    }
  }

  async leave(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }
}

/** The canary's share in the file that canary wrote for nginx. */
function shareIn(route: string): number {
  const percent = /([\d.]+)% canary;/u.exec(route)?.[1];
  return percent === undefined ? Number(route.includes('* canary;')) : Number(percent) / 100;
}
